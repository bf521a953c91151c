"""What the hub says, and keeps, of what it did."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.errors import EventError
from orchestrator.model import Answer, Conversation, Question, Turn
from tests.kit import NOON, Machine, StubAnswerer, chosen, sms_event


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_bytes_that_are_no_event_are_kept_with_their_reason(machine: Machine) -> None:
    received = machine.hub.reject(b"{", EventError("the message", "is not JSON"))
    assert (received.outcome, received.channel, received.reason) == ("rejected", "", "the message is not JSON")
    (record,) = machine.records
    assert (record["reason"], record["original"], record["channel"]) == ("the message is not JSON", "ew==", None)


def test_an_event_that_is_rejected_says_of_which_channel_it_was(machine: Machine) -> None:
    (delivered,) = machine.opened(b'{"inboundMessageId": "m1", "destinationNumber": "+12065550100", "messageBody": 1}')
    received = machine.hub.receive(delivered)
    assert (received.outcome, received.channel) == ("rejected", "sms")


def test_an_event_with_nothing_for_us_in_it_is_recorded(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SmsChannel, "parse", lambda *_: [])
    (delivered,) = machine.opened(sms_event("hello"))
    assert machine.hub.receive(delivered).outcome == "recorded"


def test_a_finished_turn_is_claimed_by_nobody(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.drain()
    (turn,) = machine.turns()
    assert (turn.state, turn.claimed_until, turn.finished_at) == ("sent", None, NOON)


def test_the_time_an_answer_took_is_kept_in_milliseconds(machine: Machine) -> None:
    def slowly(_: Question) -> Answer:
        machine.clock.advance(seconds=2.5)
        return Answer("Yes.", source="stub")

    (stub,) = machine.answerers
    assert isinstance(stub, StubAnswerer)
    stub.reply = slowly
    machine.deliver(sms_event("hello"))
    machine.drain()
    assert answer_of(*machine.turns()).latency_ms == 2500


@pytest.mark.parametrize(
    "settings", [{"turns_per_hour": 1}, {"turns_per_day": 1}, {"tokens_per_day": 1}], ids=lambda each: next(iter(each))
)
def test_a_budget_that_is_spent_is_named(tmp_path: Path, settings: dict[str, int]) -> None:
    costly = StubAnswerer(lambda _: Answer("ok", source="stub", input_tokens=1))
    machine = Machine(tmp_path, settings=chosen(**settings), answerers=[costly])
    for number in range(3):
        machine.deliver(sms_event("?", f"m{number}"))
        machine.drain()
    _, told, silent = machine.turns()
    (name,) = settings
    assert [answer_of(told).reason, answer_of(silent).reason] == [f"{name} is spent"] * 2


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


@pytest.mark.parametrize(
    ("where", "asked_again", "unconfirmed"), [("answerer", 1, 0), ("provider", 0, 1)], ids=["asking", "sending"]
)
def test_a_resumed_turn_tells_which_step_may_have_happened_twice(
    tmp_path: Path, where: str, asked_again: int, unconfirmed: int
) -> None:
    machine = Machine(tmp_path, wrap=lambda name, port: Dying() if name == where else port)
    machine.deliver(sms_event("hello"))
    with pytest.raises(Killed):
        machine.drain()
    machine.wrap = lambda _, port: port
    machine.hub = machine.build()
    machine.clock.advance(seconds=machine.settings.turns.claim_s)
    machine.drain()
    (turn,) = machine.turns()
    assert (turn.asked_again, turn.unconfirmed) == (asked_again, unconfirmed)
    assert turn.parts[0].state == "sent"


class Dying:
    name = "stub"

    def answer(self, _: Question) -> Answer:
        raise Killed

    def send_text_message(self, **_: Any) -> Any:
        raise Killed


def test_a_worker_whose_claim_has_just_run_out_sends_nothing(tmp_path: Path) -> None:
    """At that moment another may take the turn."""
    machine = Machine(tmp_path)
    machine.wrap = lambda _, port: SlowlyKept(machine) if port is machine.store.conversations else port
    machine.hub = machine.build()
    machine.deliver(sms_event("hello"))
    machine.work_one()
    assert machine.provider.sent == []
    machine.drain_patiently()
    assert machine.provider.bodies == ["You said: hello"]


class SlowlyKept:
    """Writes the answer, the first time, exactly as long as a claim holds."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._was_slow = False

    def __getattr__(self, method: str) -> Any:
        return getattr(self._machine.store.conversations, method)

    def save(self, conversation: Conversation, **step: Any) -> Conversation:
        written = self._machine.store.conversations.save(conversation, **step)
        if written.turn and written.turn.state == "answered" and not self._was_slow:
            self._was_slow = True
            self._machine.clock.advance(seconds=self._machine.settings.turns.claim_s)
        return written


def answer_of(turn: Turn) -> Answer:
    assert turn.answer is not None
    return turn.answer
