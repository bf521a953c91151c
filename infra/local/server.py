"""The embedded server: a page, a JSON API, and behind them the workers, the sweeper and the lake's writer.

It listens on the loopback only. A page of another site cannot use it: the Host header must be a local one, and every
request that changes something must say `application/json`, which a browser sends across sites only after asking.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from infra.local import customers
from infra.local.deployment import Deployment
from infra.local.workers import Workers
from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from orchestrator.model import ChannelName
from queries.errors import QueryError

log = logging.getLogger(__name__)

CONSOLE = Path(__file__).parent / "console"
FLUSH_S = 0.5  # rows are visible in the lake within a second
MAX_BODY = 45 * 1024 * 1024  # bytes; SES receives mails of 40 MB
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

Shape = TypeVar("Shape")


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """Words of a customer."""

    text: str
    channel: ChannelName = "sms"
    sender: str = ""


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """A question to the lake."""

    sql: str


class RefusedRequest(Exception):  # noqa: N818 - it is an answer to a request, not a failure of ours
    """The request cannot be carried out; the client is told why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Server:
    """The application over one deployment."""

    def __init__(self, deployment: Deployment, workers: Workers) -> None:
        self._deployment = deployment
        self._workers = workers

    def application(self) -> Starlette:
        """The ASGI application; its lifespan starts and stops the workers."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/healthz", self._health),
                Route("/api/messages", self._write, methods=["POST"]),
                Route("/api/events", self._deliver, methods=["POST"]),
                Route("/api/replies", self._replies),
                Route("/api/conversations", self._conversations),
                Route("/api/conversations/{conversation_id}", self._conversation),
                Route("/api/query", self._query, methods=["POST"]),
                Mount("/static", StaticFiles(directory=CONSOLE)),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "testserver"])],
            exception_handlers={RefusedRequest: _refused},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._workers.every(FLUSH_S, self._deployment.lake.flush)
        self._workers.start()
        yield
        await run_in_threadpool(self._workers.stop)
        await run_in_threadpool(self._deployment.lake.flush)

    async def _page(self, _: Request) -> Response:
        return FileResponse(CONSOLE / "index.html", headers=HEADERS)

    async def _health(self, _: Request) -> Response:
        counts = await run_in_threadpool(self._deployment.store.counts)
        queue = self._deployment.queue
        return _json({"status": "ok", **counts, "wake_ups": queue.waiting(), "dead": queue.dead()})

    async def _write(self, request: Request) -> Response:
        """A customer's message. 202: it is kept, and will be answered whatever happens to this process."""
        written = await _body(request, Written)
        sender = written.sender or customers.A_CUSTOMER[written.channel]
        now = self._deployment.clock()
        message_id, event = customers.event(written.channel, sender, written.text, now)
        return await self._received(event, message_id)

    async def _deliver(self, request: Request) -> Response:
        """A provider's event, in its own shape. 202: it is kept."""
        return await self._received(await _bytes(request), "")

    async def _received(self, event: bytes, message_id: str) -> Response:
        def receive() -> list[Any]:
            return [self._deployment.hub.receive(each) for each in opened(event, self._deployment.clock())]

        try:
            received = await run_in_threadpool(receive)
        except EventError as error:
            rejected = await run_in_threadpool(self._deployment.hub.reject, event, error)
            raise RefusedRequest(400, rejected.reason) from error
        for each in received:
            if each.outcome == "rejected":
                raise RefusedRequest(400, each.reason)
        return _json({"message_id": message_id, "received": msgspec.to_builtins(received)}, 202)

    async def _replies(self, request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            raise RefusedRequest(400, "`after` is the position of the last reply seen: a number")
        sent = await run_in_threadpool(self._deployment.outbox.sent, int(after))
        position = await run_in_threadpool(self._deployment.outbox.position)
        return _json({"position": position, "replies": [msgspec.to_builtins(each) for each in sent]})

    async def _conversations(self, _: Request) -> Response:
        found = await run_in_threadpool(self._deployment.store.conversations)
        return _json([{**msgspec.to_builtins(each), "conversation_id": each.conversation_id} for each in found])

    async def _conversation(self, request: Request) -> Response:
        turns = await run_in_threadpool(self._deployment.store.turns, request.path_params["conversation_id"])
        if not turns:
            raise RefusedRequest(404, "there is no such conversation, or no turn of it has ended yet")
        return _json(turns)

    async def _query(self, request: Request) -> Response:
        asked = await _body(request, Asked)
        try:
            result = await run_in_threadpool(self._deployment.engine().query, asked.sql)
        except QueryError as error:
            raise RefusedRequest(400, str(error)) from error
        return _json({"columns": result.column_names, "rows": result.rows})


def _json(value: object, status: int = 200) -> Response:
    body = msgspec.json.encode(value, enc_hook=str)
    return Response(body, status, headers=HEADERS, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, error.status if isinstance(error, RefusedRequest) else 500)


async def _bytes(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RefusedRequest(415, "send application/json")
    collected = bytearray()
    async for chunk in request.stream():
        collected += chunk
        if len(collected) > MAX_BODY:
            raise RefusedRequest(413, f"more than {MAX_BODY} bytes")
    return bytes(collected)


async def _body(request: Request, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(await _bytes(request), type=shape)
    except msgspec.DecodeError as error:
        raise RefusedRequest(400, str(error)) from error
