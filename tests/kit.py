"""Stand-ins for the hub's ports, small enough to read, and a whole hub made of them on a real SQLite file.

They are what the guarantees are tested with: the clock is set by hand, the answerer and the provider do as they are
told, and every call that leaves the hub can be made to crash.
"""

import itertools
import sqlite3
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from infra.local.providers.requests import check, refusal
from infra.local.workers import work
from orchestrator.answerers.answerer import Answerer
from orchestrator.channels.channel import Channel
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.sms.gsm7 import to_gsm
from orchestrator.channels.text.markdown import to_plain
from orchestrator.envelopes import opened
from orchestrator.hub import Hub
from orchestrator.keys import Keys
from orchestrator.model import Answer, ChannelName, Delivered, Part, Pass, Question, Turn
from orchestrator.sections import changed
from orchestrator.settings import Settings
from orchestrator.stores.sqlite.store import SqliteStore
from orchestrator.stores.sqlite.wake_ups import SqliteWakeUps

OURS = "+12065550100"
THEIRS = "+14255550101"
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class Clock:
    """Time stands still until it is told to move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class RunningClock(Clock):
    """Time goes on, from noon."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._started)


class StubAnswerer:
    """Says what it is told to, and remembers what it was asked."""

    name = "stub"

    def __init__(self, reply: Callable[[Question], Answer | Pass] | None = None) -> None:
        self.asked: list[Question] = []
        self.reply = reply or (lambda question: Answer(f"You said: {question.text}", source="stub"))

    def answer(self, question: Question) -> Answer | Pass:
        self.asked.append(question)
        return self.reply(question)


@dataclass(frozen=True)
class Reply:
    """What a person received, on any channel."""

    destination: str
    turn_id: str
    text: str


class Line(Protocol):
    """One channel as the tests drive it: events as its provider delivers them, and the provider behind its sends."""

    name: ChannelName
    failures: list[Exception]  # raised by the next sends, one each

    def channel(self, client: Any, settings: Settings) -> Channel:
        """The channel under test, on `client`: this line, or a wrapper around it."""
        ...

    def event(self, text: str, message_id: str, theirs: str, at: datetime) -> bytes: ...

    def person(self, number: int) -> str:
        """The address of the n-th person, as `their_address` has it."""
        ...

    @property
    def replies(self) -> list[Reply]: ...

    def throttled(self) -> Exception: ...

    def rendered(self, markdown: str) -> str:
        """An answer as this channel shows it, before it is cut into parts."""
        ...

    def readable(self, part: Part) -> str:
        """What a person reads of a part."""
        ...


class SmsLine:
    """`pinpoint-sms-voice-v2` as far as it is used: checks each request, keeps it, or raises what it is told to."""

    name: ChannelName = "sms"

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.failures: list[Exception] = []
        self._count = itertools.count(1)

    def channel(self, client: Any, settings: Settings) -> Channel:
        return SmsChannel(client, settings.sms, settings.turns.context_ttl_s)

    def event(self, text: str, message_id: str, theirs: str, at: datetime) -> bytes:
        return sms_event(text, message_id, theirs, at)

    def person(self, number: int) -> str:
        return f"+1425555{number:04}"

    def send_text_message(self, **request: Any) -> dict[str, str]:
        check("pinpoint-sms-voice-v2", "SendTextMessage", request)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(request)
        return {"MessageId": f"sent-{next(self._count)}"}

    @property
    def replies(self) -> list[Reply]:
        return [
            Reply(request["DestinationPhoneNumber"], request["Context"]["turn_id"], request["MessageBody"])
            for request in self.sent
        ]

    @property
    def bodies(self) -> list[str]:
        return [reply.text for reply in self.replies]

    def throttled(self) -> Exception:
        return sms_refusal("ThrottlingException")

    def rendered(self, markdown: str) -> str:
        return to_gsm(to_plain(markdown))

    def readable(self, part: Part) -> str:
        return part.body


def sms_refusal(code: str, reason: str = "", status: int = 400, *, message: str = "") -> ClientError:
    """An error of SendTextMessage. The reason stands in its own member, and in the message where that says no other."""
    return refusal("SendTextMessage", code, message or reason or code, status=status, Reason=reason)


def sms_event(text: str, message_id: str = "m1", theirs: str = THEIRS, at: datetime = NOON) -> bytes:
    """Two-way SMS in its SNS notification, as a topic delivers it."""
    event = {
        "originationNumber": theirs,
        "destinationNumber": OURS,
        "messageKeyword": "KEYWORD_123456789012",
        "messageBody": text,
        "inboundMessageId": message_id,
    }
    return notification(event, at)


def notification(event: object, at: datetime = NOON) -> bytes:
    """An SNS notification around an event."""
    return msgspec.json.encode(
        {
            "Type": "Notification",
            "MessageId": "11111111-2222-3333-4444-555555555555",
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:inbound",
            "Message": msgspec.json.encode(event).decode(),
            "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
    )


def chosen(**settings: object) -> Settings:
    """Settings by their names alone, whichever sections they are in: `chosen(turns_per_hour=1)`."""
    return changed(Settings(), **settings)


def keep_in_table(connection: sqlite3.Connection, now: datetime, records: Sequence[bytes]) -> None:
    """A journal as plain as can be."""
    connection.execute("CREATE TABLE IF NOT EXISTS journal (body BLOB)")
    connection.executemany("INSERT INTO journal VALUES (?)", [(record,) for record in records])


class Driven(ABC):
    """How the tests make a machine work, wherever its store and its queue are."""

    settings: Settings
    clock: Clock
    line: Line
    answerers: Sequence[Answerer]
    wrap: Callable[[str, Any], Any]
    store: Any  # a Store
    queue: Any  # a Queue
    hub: Hub

    def build(self) -> Hub:
        return Hub(
            channels=(self.line.channel(self.wrap("provider", self.line), self.settings),),
            answerers=tuple(self.wrap("answerer", each) for each in self.answerers),
            store=self._wrapped_store(),
            wake_ups=self.wrap("queue", self.queue),
            keys=Keys(b"a secret for tests"),
            settings=self.settings,
            clock=self.clock,
        )

    def _wrapped_store(self) -> Any:
        subjects = ("conversations", "contacts", "quarantine", "journal")
        return SimpleNamespace(**{name: self.wrap("store", getattr(self.store, name)) for name in subjects})

    @abstractmethod
    def work_one(self) -> bool:
        """Work off one wake-up; False when none is visible."""

    @abstractmethod
    def idle(self) -> bool:
        """Whether nothing is left to do."""

    def drain(self) -> int:
        """Work off every wake-up that is visible; returns how many there were."""
        count = 0
        while self.work_one():
            count += 1
        return count

    def drain_patiently(self, minutes: int = 120) -> None:
        """Let time pass, work and sweep until nothing is left to do."""
        for _ in range(minutes):
            self.drain()
            if self.idle():
                return
            self.clock.advance(minutes=1)
            self.hub.sweep()


@dataclass
class Machine(Driven):
    """A hub with everything around it. `hub` may be replaced by a wrapped one; the store and the queue are on disk."""

    path: Path
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    line: Line = field(default_factory=SmsLine)
    answerers: Sequence[Answerer] = field(default_factory=lambda: (StubAnswerer(),))
    wrap: Callable[[str, Any], Any] = lambda _name, port: port

    def __post_init__(self) -> None:
        store = SqliteStore(self.path / "parley.sqlite3", keep_in_table, self.clock)
        self.store: SqliteStore = store
        weakref.finalize(self, store.database.close)  # a property makes hundreds of machines in one test
        self.queue: SqliteWakeUps = SqliteWakeUps(
            store.database, self.clock, visibility_s=self.settings.turns.claim_s, on_wake=lambda: None
        )
        self.hub = self.build()

    def deliver(self, event: bytes) -> None:
        """As the ingress does."""
        for delivered in self.opened(event):
            self.hub.receive(delivered)

    def opened(self, event: bytes) -> Iterator[Delivered]:
        return opened(event, self.clock())

    @property
    def provider(self) -> SmsLine:
        """The line, where a test is about SMS."""
        assert isinstance(self.line, SmsLine)
        return self.line

    def counts(self) -> dict[str, int]:
        """Messages, waiting and unfinished ones, turns."""
        return self.store.conversations.counts()

    def turns(self) -> list[Turn]:
        """Every finished turn, in order within its conversation."""
        return [
            turn
            for each in self.store.conversations.conversations(1000)
            for turn in self.store.conversations.turns(each.key)
        ]

    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.queue.waiting() or self.counts()["unfinished"])

    def dead(self) -> int:
        """Wake-ups that were given up."""
        return self.queue.dead()

    def work_one(self) -> bool:
        """Work off one wake-up, if one is visible."""
        wake_up = self.queue.lease()
        if wake_up:
            work(self.hub, self.queue, wake_up, self.settings)
        return wake_up is not None

    @property
    def records(self) -> list[dict[str, Any]]:
        """What went to the journal, decoded."""
        rows = self.store.database.connection().execute("SELECT body FROM journal ORDER BY rowid")
        return [msgspec.json.decode(body) for (body,) in rows]
