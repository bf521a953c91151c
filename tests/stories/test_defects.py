"""Whatever a store, a channel or an answerer raises, expected or not: an answer or one apology, and a count."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import (
    EventError,
    UpstreamError,
)
from orchestrator.model import Answer, Delivered, Question
from orchestrator.replies import Replies
from tests.kit import Machine, StubAnswerer, chosen, sms_event
from tests.lines import BACKENDS, LINES, everywhere
from tests.unit.test_handlers import ingress, record


class UnheardError(Exception):
    """Of nobody's tree."""


RAISED: tuple[Callable[[], Exception], ...] = (
    lambda: TypeError("can't compare offset-naive and offset-aware datetimes"),
    lambda: KeyError("MessageId"),
    MemoryError,
    RecursionError,
    OverflowError,
    lambda: UnicodeEncodeError("utf-8", "\\ud800", 0, 1, "surrogates not allowed"),
    StopIteration,
    UnheardError,
    lambda: UpstreamError("throttled"),
    lambda: EventError("x", "is odd"),
)
PLACES = (
    *("answerer.answer", "channel.compose", "channel.send", "channel.acknowledge"),
    *("store.load", "store.save", "queue.wake", "store.commit"),
)


BEFORE_IT_IS_KEPT = ("store.commit", "queue.wake")


class Faults:
    """Raises at the calls of a place, the first `times` of them."""

    def __init__(self, place: str, raised: Callable[[], Exception], times: int) -> None:
        self.place, self.raised, self.left = place, raised, times

    def wrap(self, name: str, port: Any) -> Any:
        faults = self

        class Wrapped:
            def __getattr__(self, method: str) -> Any:
                inner = getattr(port, method)
                return faults.watched(inner) if f"{name}.{method}" == faults.place else inner

        return Wrapped()

    def watched(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self.left:
                self.left -= 1
                raise self.raised()
            return inner(*arguments, **named)

        return call


def played(backend: str, name: str, path: Path, faults: Faults) -> Any:
    """One person's message, delivered until it is taken, and worked on until nothing is left."""
    machine = BACKENDS[backend](path, line=LINES[name](), wrap=faults.wrap)
    for channel in machine.hub.channels:
        for method in ("compose", "send", "acknowledge"):
            if faults.place == f"channel.{method}":
                setattr(channel, method, faults.watched(getattr(channel, method)))
    event = machine.line.event("When do you open?", "m1", machine.line.person(1), machine.clock.now)
    while faults.left and faults.place in BEFORE_IT_IS_KEPT:  # as the queue does that the event comes from
        with suppress(Exception):
            machine.deliver(event)
    machine.deliver(event)
    for _ in range(150):  # minutes
        machine.drain()
        if machine.counts()["turns"] and machine.idle():
            break
        machine.clock.advance(minutes=1)
        machine.hub.sweep()
    return machine


@everywhere
@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_raised_somebody_is_answered_or_apologised_to_once(
    tmp_path: Path, aws: None, backend: str, name: str, place: str, times: int
) -> None:
    machine = played(backend, name, tmp_path, Faults(place, RAISED[times % 3], times))
    check(machine)


@given(place=st.sampled_from(PLACES), raised=st.sampled_from(RAISED), times=st.integers(1, 12))
@settings(max_examples=40)
def test_any_exception_anywhere_any_number_of_times(
    tmp_path_factory: pytest.TempPathFactory, place: str, raised: Callable[[], Exception], times: int
) -> None:
    check(played("embedded", "sms", tmp_path_factory.mktemp("any"), Faults(place, raised, times)))


def check(machine: Any) -> None:
    assert machine.counts() == {"messages": 1, "waiting": 0, "unfinished": 0, "turns": 1}
    (turn,) = machine.turns()
    assert turn.answer
    replies = machine.line.replies
    if turn.answer.source == "stub" and replies:
        assert [reply.text[:27] for reply in replies] == ["You said: When do you open?"]
    elif replies:
        assert [reply.text[:5] for reply in replies] == ["Sorry"]
    else:  # the channel could not say anything at all, or send it, to the last
        assert all(part.state == "failed" for part in turn.parts)
        assert turn.answer.reason or turn.parts[0].error


@everywhere
@pytest.mark.parametrize("rule", ["taken_together", "house_rule", "_language"])
def test_a_rule_of_the_house_that_always_meets_a_defect_ends_in_one_apology(
    tmp_path: Path, aws: None, monkeypatch: pytest.MonkeyPatch, backend: str, name: str, rule: str
) -> None:
    def fail(*_: object) -> None:
        raise AttributeError("something that was moved")

    monkeypatch.setattr(Replies, rule, fail)
    machine = played(backend, name, tmp_path, Faults("", TypeError, 0))
    assert [reply.text[:5] for reply in machine.line.replies] == ["Sorry"]
    check(machine)
    assert machine.dead() == 0


def test_a_channel_that_can_compose_nothing_ends_the_turn_as_failed_with_its_reason(tmp_path: Path) -> None:
    machine = played("embedded", "sms", tmp_path, Faults("channel.compose", lambda: KeyError("x"), 10_000))
    (turn,) = machine.turns()
    assert turn.answer
    assert turn.answer.reason == "nothing can be said: a defect while composing the apology: KeyError"
    assert machine.line.replies == []
    (record,) = [each for each in machine.records if each.get("parley") == "turn"]
    assert record["turn"]["answer"]["reason"] == turn.answer.reason


def test_a_stop_is_obeyed_though_its_confirmation_cannot_be_composed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=chosen(self_managed_opt_outs=True))
    (channel,) = machine.hub.channels
    compose = Faults("", lambda: KeyError("x"), 10_000).watched(channel.compose)
    channel.compose = compose  # type: ignore[method-assign]
    machine.deliver(sms_event("STOP"))
    machine.drain_patiently()
    assert [each["consent"] for each in machine.records if each.get("parley") == "consent"] == ["opted_out"]


def test_a_send_that_always_meets_a_defect_is_tried_as_often_as_a_wake_up_and_no_more(tmp_path: Path) -> None:
    faults = Faults("channel.send", lambda: KeyError("MessageId"), 10_000)
    machine = played("embedded", "sms", tmp_path, faults)
    assert 10_000 - faults.left == machine.settings.turns.max_receives
    (turn,) = machine.turns()
    assert [part.state for part in turn.parts] == ["failed"]
    assert "a defect while sending: KeyError" in turn.parts[0].error


def test_one_conversation_that_cannot_be_swept_does_not_stop_the_others(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for number in (1, 2):
        machine.deliver(sms_event("hello", f"m{number}", theirs=machine.line.person(number)))
    machine.store.database.connection().execute("DELETE FROM wakeups")
    machine.clock.advance(minutes=2)
    kept, asked = machine.store.conversations, []
    load = kept.load

    def failing_once(key: str) -> Any:
        asked.append(key)
        if len(asked) == 1:
            raise ZeroDivisionError
        return load(key)

    kept.load = failing_once  # type: ignore[method-assign]
    assert machine.hub.sweep() == 2
    machine.drain()
    assert len(machine.provider.sent) == 1
    machine.clock.advance(minutes=2)
    machine.hub.sweep()
    machine.drain()
    assert len(machine.provider.sent) == 2


def counted(printed: str) -> list[float]:
    """The defects that the handlers have counted."""
    lines = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
    return [value for line in lines for value in line.get("Defects", [])]


@pytest.mark.parametrize("max_receives", [1, 3])
def test_every_defect_is_counted_the_last_too_and_no_log_has_its_words(
    tmp_path: Path,
    aws: None,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    max_receives: int,
) -> None:
    def fail(question: Question) -> Answer:
        raise ValueError(f"cannot answer {question.text}")

    machine = BACKENDS["deployed"](tmp_path, answerers=[StubAnswerer(fail)], settings=chosen(max_receives=max_receives))
    machine.deliver(sms_event("my secret is hunter2"))
    machine.drain_patiently()
    assert [reply.text[:5] for reply in machine.line.replies] == ["Sorry"]
    printed = capsys.readouterr().out
    assert sum(counted(printed)) == max_receives
    assert "a defect while answering: ValueError" in caplog.text
    assert "hunter2" not in printed + caplog.text


def test_an_event_that_meets_a_defect_fails_alone_in_its_batch(
    tmp_path: Path, aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = BACKENDS["deployed"](tmp_path)
    (channel,) = machine.hub.channels
    parse = channel.parse

    def odd(delivered: Delivered) -> Any:
        if delivered.event["inboundMessageId"] == "m2":
            raise OverflowError
        return parse(delivered)

    monkeypatch.setattr(channel, "parse", odd)
    records = [record(sms_event("x", f"m{number}"), f"q{number}") for number in (1, 2, 3)]
    assert ingress(machine, *records) == ["q2"]
    assert machine.counts()["messages"] == 2
    assert counted(capsys.readouterr().out) == [1]


def test_a_courtesy_that_fails_delays_no_answer(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (channel,) = machine.hub.channels
    channel.acknowledge = Faults("", lambda: KeyError("x"), 1).watched(channel.acknowledge)  # type: ignore[method-assign]
    machine.deliver(sms_event("hello"))
    machine.drain()
    assert machine.provider.bodies == ["You said: hello"]
