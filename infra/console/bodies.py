"""The bodies of requests: JSON, of so many bytes, within so long, and not too much of them at once.

A page of another site cannot send one: the Host header must be a local one (which stops DNS rebinding), and a request
that changes something must say `application/json`, which a browser sends across sites only after asking.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_BODY = 45 * 1024 * 1024  # bytes; SES receives mails of 40 MB
MAX_AT_ONCE = 2 * MAX_BODY  # bytes of all bodies that are being read or worked on
WITHIN_S = 30.0  # that a body has to arrive in

Shape = TypeVar("Shape")


class Bodies:
    """Reads them, and knows how much of them there is."""

    def __init__(self) -> None:
        self._held = 0

    @asynccontextmanager
    async def whole(self, request: Request) -> AsyncIterator[bytes]:
        """The body, which counts until the context ends.

        Raises `HTTPException` where it is not said to be JSON, and as `up_to` does.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415, "send JSON, with the header Content-Type: application/json")
        async with self.up_to(request, MAX_BODY) as body:
            yield body

    @asynccontextmanager
    async def up_to(self, request: Request, most: int) -> AsyncIterator[bytes]:
        """The body of whatever type, which counts until the context ends.

        Raises `HTTPException` where it is more than `most` bytes, comes too slowly, or where so much is held already
        that nothing more fits.
        """
        collected = bytearray()
        try:
            try:
                async with asyncio.timeout(WITHIN_S):
                    await self._collect(request, collected, most)
            except TimeoutError as error:
                raise HTTPException(408, f"the body did not arrive within {WITHIN_S:g} seconds") from error
            yield bytes(collected)
        finally:
            self._held -= len(collected)

    async def json(self, request: Request, shape: type[Shape]) -> Shape:
        """The body as `shape`. Raises `HTTPException` naming the field that is wrong, and as `whole` does."""
        async with self.whole(request) as body:
            try:
                return msgspec.json.decode(body, type=shape)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise HTTPException(400, f"the body is not what is expected here: {error}") from error

    async def _collect(self, request: Request, collected: bytearray, most: int) -> None:
        async for chunk in request.stream():
            if len(collected) + len(chunk) > most:
                raise HTTPException(413, f"the body is larger than {most} bytes")
            if self._held + len(chunk) > MAX_AT_ONCE:
                raise HTTPException(503, "too much is being sent at once; try again", {"Retry-After": "1"})
            collected += chunk
            self._held += len(chunk)
