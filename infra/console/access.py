"""Who may use the server: whoever can read its data folder.

A port of the loopback is open to every user of the machine, so each start makes a token, kept in the data folder for
its owner alone, and everything that tells or takes anything wants it as `Authorization: Bearer TOKEN`. The page gets it
behind the `#` of the address that is printed, which no browser sends to a server, and keeps it for this address and
port. A cookie would go to every port of the host, so also to another user's server: docs/decisions/0033.
Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
"""

import os
import secrets
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from infra.console.web import reply

FILE = "api.token"  # in the data folder
REFUSAL = (
    "this is for the owner of the data folder: open the address that `parley serve` printed when it began, "
    f"or send the header Authorization: Bearer, with what stands in {FILE} of the data folder"
)
_OPEN = ("/", "/healthz")  # the page, which has nothing in it yet, and that the server lives
_OPEN_BELOW = ("/static/", "/v1/")  # the API knows its own callers, by tokens of theirs


def new_token(data: Path) -> str:
    """A token for this start, readable by the data folder's owner only. It replaces the one of the start before."""
    token = secrets.token_urlsafe(32)
    unfinished = data / f"{FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    unfinished.replace(data / FILE)
    return token


def is_allowed(scope: Scope, token: str) -> bool:
    """Whether a request has the token."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    wanted = b"Bearer " + token.encode()
    return len(given) == 1 and secrets.compare_digest(given[0], wanted)


class WithToken:
    """Lets through what has the token, and what tells nothing. Whatever else is asked is refused unread."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_open(scope["path"]) or is_allowed(scope, self._token):
            await self._app(scope, receive, send)
            return
        refusal = reply({"error": REFUSAL}, 401, {"WWW-Authenticate": "Bearer"})
        await refusal(scope, receive, send)


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_BELOW)
