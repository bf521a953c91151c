"""What every reply of the server has in common: JSON, refusals with reasons, headers."""

from collections.abc import Mapping

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",  # what people wrote stays out of the browser's cache
}


class SecureHeaders:
    """Puts `HEADERS` on everything the application says: pages, files, refusals and failures alike."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._application(scope, receive, send_with_headers)


def reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON, with every field, also those at their default. What JSON has no form for becomes its text."""
    body = msgspec.json.encode(_whole(value), enc_hook=str)
    return Response(body, status, headers, media_type="application/json")


async def refused(_: Request, error: Exception) -> Response:
    """An `HTTPException` as JSON: {"error": "what is wrong, and what to do"}."""
    if not isinstance(error, HTTPException):
        raise error
    return reply({"error": error.detail}, error.status_code, error.headers)


async def unavailable(_: Request, error: Exception) -> Response:
    """Trouble that may pass: nothing is known to be kept, and asking again later may help."""
    return reply({"error": f"{error}; try again"}, 503, {"Retry-After": "1"})


async def left(_: Request, __: Exception) -> Response:
    """For a client that went away before its request was whole: nobody reads it, and nothing is wrong here."""
    return Response(status_code=400)


async def failed(_: Request, error: Exception) -> Response:
    """A defect of ours. The traceback is in the server's log, not in the reply."""
    return reply({"error": f"a defect ({type(error).__name__}); the server's log says more"}, 500)


def _whole(value: object) -> object:
    match value:
        case msgspec.Struct():
            return {name: _whole(inner) for name, inner in msgspec.structs.asdict(value).items()}
        case dict():
            return {name: _whole(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_whole(inner) for inner in value]
        case _:
            return value
