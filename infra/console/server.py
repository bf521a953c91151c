"""The embedded server: a page, a JSON API, and behind them the workers, the sweeper and the lake's writer.

    GET  /                         the page
    GET  /healthz                  that it lives; with the token counts, which change whenever there is something new
    GET  /api/channels             how one can write to us
    POST /api/messages             a customer's words: {"text", "channel", "sender"}
    POST /api/events               a provider's event, in its own shape
    GET  /api/replies?after=N      what left for people after position N
    GET  /api/conversations[/ID]   what was said
    GET  /api/catalogue            the tables, views and reports of the lake
    POST /api/query                Athena SQL: {"sql", "parameters"}
    …    /v1/…                     the API of programs (orchestrator/api), by tokens of their own; /v1/openapi.json

It wants its token for all but the page and that it lives (access.py), and answers by the names it is known by alone
(hosts.py). What is refused is said as {"error": reason}.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from infra.console import history, hosts
from infra.console.access import WithToken, is_allowed
from infra.console.bodies import Bodies
from infra.console.web import SecureHeaders, failed, left, refused, reply, unavailable
from infra.local.deployment import Deployment
from infra.local.providers import customers
from infra.local.questions import Questions, TooManyError
from infra.local.workers import Workers
from infra.operating.embedded import Embedded
from orchestrator.api.api import MOST_BYTES, Call, openapi
from orchestrator.api.callers import bearer
from orchestrator.envelopes import opened
from orchestrator.errors import EventError, UpstreamError
from orchestrator.hub import Received
from orchestrator.model import ChannelName
from queries.catalogue.entries import Catalogue
from queries.errors import QueryError
from transformer.schema import TABLES

CONSOLE = Path(__file__).parent / "static"
STEPS_S = 1.5  # that steps under way have to end in, when the server does
FLUSH_S = 0.5  # rows are visible in the lake within a second
MAX_ROWS = 1000  # of a result that are sent; a page that needs more should ask a narrower question


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """What a customer writes on a channel, from the page's chat or another client."""

    text: str
    channel: ChannelName = "sms"
    sender: str = ""  # "" for the channel's example customer


class LakeQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """A question to the lake. `:name` in the SQL is a parameter: bound, never pasted."""

    sql: str
    parameters: dict[str, bool | int | float | str | None] = {}


class Server:
    """The application over one deployment."""

    def __init__(
        self, deployment: Deployment, workers: Workers, token: str, hosts: Sequence[str] = hosts.LOOPBACK
    ) -> None:
        """Whoever has the `token` may use it, by asking one of the `hosts`."""
        self._deployment = deployment
        self._operated = Embedded(deployment.data, lambda: deployment)  # the deployment as the pages read it
        self._workers = workers
        self._token = token
        self._hosts = hosts
        self._bodies = Bodies()
        self._questions = Questions(deployment.engine, MAX_ROWS)
        self._rows = 0  # made visible in the lake since the start

    def application(self) -> ASGIApp:
        """The ASGI application; its lifespan starts and stops the workers."""
        return SecureHeaders(
            Starlette(
                routes=[
                    Route("/", self._page),
                    Route("/healthz", self._health),
                    Route("/api/channels", self._channels),
                    Route("/api/messages", self._write, methods=["POST"]),
                    Route("/api/events", self._deliver, methods=["POST"]),
                    Route("/api/replies", self._replies),
                    Route("/api/conversations", self._conversations),
                    Route("/api/conversations/{name}", self._conversation),
                    Route("/api/catalogue", self._catalogue),
                    Route("/api/query", self._query, methods=["POST"]),
                    Route("/v1/openapi.json", self._openapi),
                    Route("/v1/{path:path}", self._called, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
                    Mount("/static", StaticFiles(directory=CONSOLE)),
                ],
                middleware=[
                    Middleware(TrustedHostMiddleware, allowed_hosts=self._hosts, www_redirect=False),
                    Middleware(WithToken, token=self._token),
                ],
                exception_handlers={
                    HTTPException: refused,
                    UpstreamError: unavailable,
                    ClientDisconnect: left,
                    Exception: failed,
                },
                lifespan=self._lifespan,
            )
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._workers.every(FLUSH_S, self._flush)
        self._workers.start()
        yield
        await run_in_threadpool(self._questions.close)
        if await run_in_threadpool(self._workers.stop, STEPS_S):
            await run_in_threadpool(self._flush)

    def _flush(self) -> None:
        flushed = self._deployment.lake.flush()
        self._rows += flushed.rows + flushed.rejected

    async def _page(self, _: Request) -> Response:
        return FileResponse(CONSOLE / "index.html")

    async def _health(self, request: Request) -> Response:
        if not is_allowed(request.scope, self._token):
            return reply({"status": "ok"})
        queue = self._deployment.queue
        counts = await run_in_threadpool(
            lambda: {**self._deployment.store.conversations.counts(), "wake_ups": queue.waiting(), "dead": queue.dead()}
        )
        return reply({"status": "ok", **counts, "rows": self._rows})

    # ── programs ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _openapi(self, _: Request) -> Response:
        return Response(msgspec.json.encode(openapi()), media_type="application/json")

    async def _called(self, request: Request) -> Response:
        """A call of the API, handed on as it is: it says itself who may, and what is wrong."""
        token = bearer({name.lower(): value for name, value in request.headers.items()})
        async with self._bodies.up_to(request, MOST_BYTES) as body:
            call = Call(request.method, request.url.path, dict(request.query_params), body, token)
            replied = await run_in_threadpool(self._deployment.api.reply, call)
        return Response(replied.body, replied.status, media_type="application/json")

    # ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _channels(self, _: Request) -> Response:
        return reply(
            [
                {"name": name, "our_address": customers.OURS[name], "a_customer": customers.A_CUSTOMER[name]}
                for name in self._writable()
            ]
        )

    def _writable(self) -> list[ChannelName]:
        """The deployment's channels that a customer of this machine can write by."""
        return [each.name for each in self._deployment.hub.channels if each.name in customers.A_CUSTOMER]

    async def _write(self, request: Request) -> Response:
        """202: the message is kept, and will be answered whatever happens to this process."""
        written = await self._bodies.json(request, Written)
        if written.channel not in self._writable():
            raise HTTPException(400, f"nobody can write by {written.channel} here; by {', '.join(self._writable())}")
        if not written.sender.strip().isprintable():
            raise HTTPException(400, "a sender is one line of printable text")
        try:
            sender = customers.address(written.channel, written.sender)
        except customers.NoAddressError as error:
            raise HTTPException(400, str(error)) from error
        message_id, event = customers.event(written.channel, sender, written.text, self._deployment.clock())
        received = await run_in_threadpool(self._receive, event)
        return reply({"message_id": message_id, "received": received}, 202)

    async def _deliver(self, request: Request) -> Response:
        """202: the event is kept."""
        async with self._bodies.whole(request) as body:
            received = await run_in_threadpool(self._receive, body)
        return reply({"received": received}, 202)

    def _receive(self, body: bytes) -> list[Received]:
        """What became of each event. Raises `HTTPException` where all were rejected; they are kept all the same."""
        try:
            received = [self._deployment.receive(each) for each in list(opened(body, self._deployment.clock()))]
        except EventError as error:
            received = [self._deployment.hub.reject(body, error)]
        if all(each.outcome == "rejected" for each in received):
            raise HTTPException(400, "; ".join(each.reason for each in received))
        return received

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _replies(self, request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) <= 18):
            raise HTTPException(400, "`after` is the position of the last reply seen: a number")
        sent = await run_in_threadpool(self._deployment.outbox.sent, int(after))
        # Positions count from 1 without gaps, and the outbox may grow meanwhile: so not its position of now.
        return reply({"position": int(after) + len(sent), "replies": sent})

    async def _conversations(self, _: Request) -> Response:
        return reply(await run_in_threadpool(history.latest, self._operated))

    async def _conversation(self, request: Request) -> Response:
        transcript = await run_in_threadpool(history.transcript, self._operated, request.path_params["name"])
        if transcript is None:
            raise HTTPException(404, "there is no such conversation; /api/conversations lists what there is")
        return reply(transcript)

    async def _catalogue(self, _: Request) -> Response:
        catalogue = await run_in_threadpool(Catalogue.shipped)
        tables = [{"name": table.name, "kind": "table", "title": table.meaning} for table in TABLES.values()]
        return reply({"entries": list(catalogue.entries.values()), "tables": tables})

    async def _query(self, request: Request) -> Response:
        """`total` is `MAX_ROWS` + 1 where there are more rows than that: no more are fetched."""
        asked = await self._bodies.json(request, LakeQuestion)
        try:
            columns, rows, total = await self._questions.ask(request, asked.sql, asked.parameters)
        except QueryError as error:
            raise HTTPException(400, str(error)) from error
        except TooManyError as error:
            raise HTTPException(503, "too many questions wait already; ask again in a moment") from error
        return reply({"columns": columns, "rows": rows, "total": total})
