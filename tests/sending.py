"""A dispatcher with everything around it, for tests: a provider that does as it is told, a clock set by hand."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from orchestrator.errors import RefusedError
from orchestrator.keys import Keys, step_ref
from orchestrator.model import ChannelName, DeliveryStatus, Outgoing, Part, Progress, Receipt, WakeUp
from orchestrator.records import Records
from orchestrator.sections import changed
from orchestrator.sending.dispatcher import Dispatcher
from orchestrator.sending.gate import Gate
from orchestrator.sends import Address, Form, Send, Step, Success
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb import items
from orchestrator.stores.dynamodb.store import DynamoStore
from orchestrator.stores.sqlite.store import SqliteStore
from orchestrator.stores.sqlite.wake_ups import SqliteWakeUps
from tests.kit import NOON, Clock, keep_in_table

SEND = "0123456789abcdef0123456789abcdef"
ADDRESSES: dict[ChannelName, str] = {
    "sms": "+14255550101",
    "whatsapp": "+14255550102",
    "email": "ana@customer.example",
}
ORIGINS: dict[ChannelName, str] = {"sms": "+12065550100", "whatsapp": "+12065550100", "email": "us@parley.example"}
_tables = itertools.count()


def a_step(number: int, channel: ChannelName, wait_s: int = 60, success: Success = "delivered") -> Step:
    return Step(number, Address(channel, ADDRESSES[channel]), wait_s, success)


def a_send(*channels: ChannelName, send_id: str = SEND, wait_s: int = 60, **more: Any) -> Send:
    """A send by these channels, one step each."""
    return Send(
        send_id=send_id,
        tenant="default",
        purpose=more.pop("purpose", "transactional"),
        forms={channel: Form("Your lamp is ready.") for channel in channels},
        steps=tuple(a_step(number, channel, wait_s) for number, channel in enumerate(channels, 1)),
        created_at=NOON,
        **more,
    )


@dataclass
class StubSender:
    """A channel that takes what it is handed, or raises what the test has put into `failures`; one part a step."""

    name: ChannelName
    sent: list[Outgoing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    max_characters: int = 1000
    parts: int = 1

    def compose(self, outgoing: Outgoing) -> Sequence[Part]:
        return [Part(f"{outgoing.content.text} ({number})") for number in range(self.parts)]

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(outgoing)
        return Receipt(f"{self.name}-{len(self.sent)}")


@dataclass
class SendingMachine:
    """Sends on one machine: SQLite, or DynamoDB on moto with the queue still in SQLite."""

    path: Path
    backend: str = "sqlite"
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    wrap: Callable[[str, Any], Any] = lambda _name, port: port

    def __post_init__(self) -> None:
        self.settings = changed(self.settings, send_claim_s=30)
        sqlite = SqliteStore(self.path / "parley.sqlite3", keep_in_table, self.clock)
        self.database = sqlite.database
        self.store: Any = sqlite if self.backend == "sqlite" else self._dynamodb()
        self.queue = SqliteWakeUps(self.database, self.clock, visibility_s=30, on_wake=lambda: None)
        self.senders = {channel: StubSender(channel) for channel in ADDRESSES}
        self.dispatcher = Dispatcher(
            senders=[self.wrap("provider", each) for each in self.senders.values()],
            gate=Gate(ORIGINS, Keys(b"a secret for tests"), self.store.contacts.load),
            sends=self.wrap("sends", self.store.sends),
            wake_ups=self.wrap("queue", self.queue),
            records=Records(self.settings.records),
            settings=self.settings.sending,
            clock=self.clock,
        )

    def _dynamodb(self) -> DynamoStore:
        client = boto3.client("dynamodb", region_name="eu-west-1")
        name = f"sends-{next(_tables)}"
        client.create_table(**items.table(name))
        return DynamoStore(client, name, self.clock)

    def close(self) -> None:
        self.database.close()

    @property
    def sent(self) -> list[tuple[ChannelName, str]]:
        """What left, by channel and ref, in no order between channels."""
        return [(name, each.ref) for name, sender in self.senders.items() for each in sender.sent]

    def tell(self, step: int, status: DeliveryStatus, message_id: str = "", **more: Any) -> bool:
        """A provider's event about a step's (first) message."""
        channel = self.load().steps[step - 1].to.channel
        named = message_id or f"{channel}-1"
        return self.dispatcher.tell(Progress(step_ref(SEND, step), status, named, self.clock(), **more))

    def load(self, send_id: str = SEND) -> Send:
        found: Send | None = self.store.sends.load(send_id)
        assert found is not None
        return found

    def work_one(self) -> bool:
        """As a worker does; an error is tried again when a while is over."""
        from infra.local.workers import _worked_off  # noqa: PLC0415  # the queue's rules are the worker's

        wake_up = self.queue.lease()
        if wake_up is None:
            return False
        last = wake_up.receives >= self.settings.sending.send_max_receives
        _worked_off(
            self.queue, wake_up, "dispatching", lambda: self.dispatcher.dispatch(wake_up.key, last_receive=last), last
        )
        return True

    def drain(self) -> None:
        """Whatever is due now."""
        while self.work_one():
            pass

    def pass_time(self, seconds: float, tick: float = 5) -> None:
        """Let time go by, working and sweeping as a server does."""
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < end:
            self.clock.advance(seconds=min(tick, (end - self.clock.now).total_seconds()))
            self.dispatcher.sweep()
            self.drain()

    def wake_up(self, send_id: str = SEND) -> None:
        """As a queue that delivers once more."""
        self.queue.wake(WakeUp("send", send_id, f"again-{self.clock.now.timestamp()}-{next(_tables)}"))


def refused() -> Exception:
    return RefusedError("PROTECT", "this country is blocked")
