"""Events from files, through the path the Lambdas run, one outcome each."""

import functools
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from infra.local.deployment import Deployment
from infra.local.providers import customers
from infra.local.providers import email as outbox_email
from infra.local.workers import work
from orchestrator import defects
from orchestrator.decoding import decoded
from orchestrator.envelopes import opened
from orchestrator.errors import ConfigurationError, EventError, UpstreamError
from orchestrator.hub import Received
from orchestrator.model import Delivered, Held, Turn, Verdict
from transformer.pipeline import transform

PATIENCE_S = 60.0  # how long one event's turn is waited for, when another process or a settling time holds it


class Ingested(msgspec.Struct, frozen=True):
    """What became of one event: a line of output."""

    path: str
    line: int  # where in the file the event's document begins, from 1
    outcome: str  # turn, recorded, ignored, quarantined, rejected
    channel: str | None
    message_ids: list[str]
    conversation_id: str | None
    replies: list[str]
    rows: int  # of the lake, made from this event and all that followed from it
    reason: str


class Document(msgspec.Struct, frozen=True):
    """One JSON document of a file."""

    path: str
    line: int
    body: bytes


def documents(path: str, content: bytes) -> Iterator[Document]:
    """The documents of a file: one JSON document, or JSON lines. What is neither is one document, to be rejected."""
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    if len(lines) > 1 and not _is_json(content) and any(_is_json(line) for _, line in lines):
        for number, line in lines:
            yield Document(path, number, line)
    else:
        yield Document(path, 1, content)


def mail(path: str, content: bytes, at: datetime, verdict: Verdict = "unknown") -> Document:
    """A mail from a file, as SES would announce it with this verdict on the sender."""
    return Document(path, 1, customers.notified(outbox_email.inbound_event(content, at, verdict=verdict), at))


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(decoded(content), dict | list)
    except EventError:
        return False


class Ingest:
    """Feeds documents to a deployment and works off what they wake."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def now(self) -> datetime:
        """The present moment by the deployment's clock, aware UTC."""
        return self._deployment.clock()

    def document(self, document: Document) -> Iterator[Ingested]:
        """An outcome for each event in the document."""
        try:
            events = list(opened(document.body, self.now()))
        except EventError as error:
            yield self._feed(document, functools.partial(self._deployment.hub.reject, document.body, error))
            return
        for delivered in events:
            yield self._feed(document, functools.partial(self._receive, delivered))

    def released(self, held: Held) -> Ingested:
        """The outcome of a message that leaves the quarantine."""
        return self._feed(
            Document("quarantine", 1, held.original), functools.partial(self._deployment.hub.release, held)
        )

    def _feed(self, document: Document, receive: Callable[[], Received]) -> Ingested:
        """Receive, answer, and tell what came of it."""
        with self._deployment.watching() as records:
            before = self._deployment.outbox.position()
            received = receive()
            turns = self._work_off(received)
            sent = self._deployment.outbox.sent(after=before)
        replies = [reply.text for reply in sent if reply.turn_id in {turn.turn_id for turn in turns}]
        return Ingested(
            path=document.path,
            line=document.line,
            outcome=received.outcome,
            channel=received.channel or None,
            message_ids=list(received.message_ids),
            conversation_id=turns[0].conversation_id if turns else None,
            replies=replies,
            rows=sum(len(transform(record, self.now())) for record in records),
            reason=received.reason or _why(turns, replies),
        )

    def _receive(self, delivered: Delivered) -> Received:
        """What a queue would try again later and then keep as dead is kept as rejected here, defects included."""
        try:
            with defects.translated("receiving"):
                return self._deployment.receive(delivered)
        except (UpstreamError, ConfigurationError) as error:
            return self._deployment.hub.reject(delivered.original, EventError("the event", f"cannot be read: {error}"))

    def _work_off(self, received: Received) -> list[Turn]:
        """The turns that answered the event's messages."""
        deployment, deadline = self._deployment, time.monotonic() + PATIENCE_S
        while (waiting := self._unanswered(received)) and time.monotonic() < deadline:
            wake_up = next(filter(None, map(deployment.queue.lease, received.keys)), None)
            if wake_up:
                work(deployment.hub, deployment.queue, wake_up, deployment.settings)
            elif waiting:
                time.sleep(0.05)
        return self._turns(received)

    def _turns(self, received: Received) -> list[Turn]:
        found = [self._deployment.store.conversations.turn_of(received.channel, each) for each in received.to_answer]
        return list({turn.turn_id: turn for turn in found if turn}.values())

    def _unanswered(self, received: Received) -> bool:
        answered = {message.message_id for turn in self._turns(received) for message in turn.messages}
        return not answered.issuperset(received.to_answer)


def _why(turns: list[Turn], replies: list[str]) -> str:
    if turns and not replies and all(turn.answer and turn.answer.text for turn in turns):
        return "delivered before, and answered then"
    return "; ".join(f"{turn.answer.source}: {turn.answer.reason}".strip(": ") for turn in turns if turn.answer)
