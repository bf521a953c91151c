"""Killed before or after any outside call of a turn, then delivered again: exactly once, but for two windows.

The call sites are not listed here: a first run, in which nothing fails, finds them. Then each is made to kill the
worker, once before it acts and once after.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import NotYetError, SupersededError, UpstreamError
from orchestrator.model import Answer, Question
from tests.kit import StubAnswerer, chosen
from tests.lines import BACKENDS, LINES, everywhere

# The windows nobody can close: what was done and could not be kept before the end.
ASKED_NOT_KEPT = {("answerer.answer", "after"), ("store.save answered", "before")}
SENT_NOT_KEPT = {("provider.send", "after"), ("store.save sent", "before")}


class Killed(BaseException):
    """The process is gone: no handler of ours runs."""


@dataclass
class Killer:
    """Numbers every call that goes through a wrapped port, and dies at the one it is told to."""

    at: int = -1  # the number of the call; -1 never
    when: str = "before"
    strike: Callable[[], object] | None = None  # what happens then, instead of the end
    names: list[str] = field(default_factory=list)

    def wrap(self, name: str, port: Any) -> Any:
        killer = self

        class Wrapped:
            def __getattr__(self, method: str) -> Any:
                inner = getattr(port, method)
                return killer.watched(f"{name}.{method}", inner) if callable(inner) else inner

        return Wrapped()

    def watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            number = len(self.names)
            self.names.append(_named(name, args, kwargs))
            self._strike(number, "before")
            result = call(*args, **kwargs)
            self._strike(number, "after")
            return result

        return watched

    def _strike(self, number: int, when: str) -> None:
        if (number, when) != (self.at, self.when):
            return
        if self.strike is None:
            raise Killed
        self.strike()


def _named(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Sends by what they do, writes by the step they keep."""
    if name.startswith("provider.send"):
        return "provider.courtesy" if b'"status":"read"' in kwargs.get("message", b"") else "provider.send"
    if name == "store.save":
        turn = args[0].turn
        if turn is None:
            return "store.save sent"
        return f"store.save {'sent' if any(part.state == 'sent' for part in turn.parts) else turn.state}"
    return name


def long_answer(question: Question) -> Answer:
    """Too long for one part on a channel with small parts."""
    return Answer(" ".join(f"word{number}" for number in range(400)), source="stub")


@dataclass(frozen=True)
class Case:
    """A channel on a backend."""

    backend: str
    name: str

    def machine(self, path: Path, **parts: Any) -> Any:
        return BACKENDS[self.backend](path, line=LINES[self.name](), **parts)


@dataclass
class Run:
    """One conversation with one message, with a worker that is killed at most once."""

    machine: Any  # of either backend
    killer: Killer
    stub: StubAnswerer

    @classmethod
    def played(cls, path: Path, case: Case, at: int = -1, when: str = "never", **settings: Any) -> "Run":
        killer = Killer(at, when)
        stub = StubAnswerer(long_answer)
        run = cls(case.machine(path, answerers=[stub], wrap=killer.wrap, settings=chosen(**settings)), killer, stub)
        run.play()
        return run

    def play(self) -> None:
        """Deliver until it is acknowledged, work until nothing is left."""
        event = self.machine.line.event("Tell me everything", "m1", self.machine.line.person(1), self.machine.clock.now)
        for _ in range(3):
            self._surviving(lambda: self.machine.deliver(event))
        for _ in range(3):
            self._surviving(self.machine.drain_patiently)
            self.machine.clock.advance(seconds=self.machine.settings.turns.claim_s + 1)

    def check(self, expected: list[str], case: str) -> bool:
        """Everything sent, once; one turn, recorded once. Returns whether something was repeated, which is counted."""
        parts = [reply.text for reply in self.machine.line.replies]
        (turn,) = [record["turn"] for record in self.machine.records if record.get("parley") == "turn"]
        assert dict.fromkeys(parts) == dict.fromkeys(expected), case
        assert self.machine.counts() == {"messages": 1, "waiting": 0, "unfinished": 0, "turns": 1}, case
        assert self.machine.dead() == 0, case
        repeated = len(self.stub.asked) - 1 + len(parts) - len(expected)
        assert repeated in {0, 1}, f"{case}: more than one repetition"
        assert turn.get("asked_again", 0) + turn.get("unconfirmed", 0) >= repeated, f"{case}: a window is counted"
        return bool(repeated)

    def _surviving(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Killed:
            self.machine.hub = self.machine.build()  # a new process; the killer strikes once


@everywhere
def test_killed_at_any_call_a_turn_still_ends_exactly_once(tmp_path: Path, aws: None, backend: str, name: str) -> None:
    case = Case(backend, name)
    undisturbed = Run.played(tmp_path / "undisturbed", case)
    expected = [reply.text for reply in undisturbed.machine.line.replies]
    again = set()
    for at, site in enumerate(undisturbed.killer.names):
        for when in ("before", "after"):
            run = Run.played(tmp_path / f"{at}-{when}", case, at, when)
            if run.check(expected, f"{when} {site}"):
                again.add((site, when))
    assert again <= ASKED_NOT_KEPT | SENT_NOT_KEPT, "a third window"
    assert again >= {("answerer.answer", "after"), ("provider.send", "after")}, "the test would not see a window"


@everywhere
def test_two_workers_paused_at_every_call_still_answer_once(tmp_path: Path, aws: None, backend: str, name: str) -> None:
    case = Case(backend, name)
    undisturbed = Run.played(tmp_path / "undisturbed", case)
    expected = [reply.text for reply in undisturbed.machine.line.replies]
    for at, site in enumerate(undisturbed.killer.names):
        for when in ("before", "after"):
            stub, killer = StubAnswerer(long_answer), Killer(at, when)
            machine = case.machine(tmp_path / f"{at}-{when}", answerers=[stub], wrap=killer.wrap)
            killer.strike = partial(another_worker, machine)
            machine.deliver(machine.line.event("Tell me everything", "m1", machine.line.person(1), machine.clock.now))
            machine.drain_patiently()
            assert [reply.text for reply in machine.line.replies] == expected, (site, when)
            assert len(stub.asked) == 1, (site, when)
            assert machine.counts()["turns"] == 1, (site, when)


def another_worker(machine: Any) -> None:
    """While the first worker is held up in a call, a second one wakes up for the same conversation."""
    machine.wrap, wrapped = (lambda _, port: port), machine.wrap
    second, machine.wrap = machine.build(), wrapped
    keys = machine.store.conversations.due(machine.clock.now.replace(year=2100), 10)
    for key in keys:
        with suppress(NotYetError, SupersededError):
            second.converse(key)


@everywhere
def test_with_skip_an_unconfirmed_part_is_never_sent_twice(tmp_path: Path, aws: None, backend: str, name: str) -> None:
    case = Case(backend, name)
    first_send = Run.played(tmp_path / "first", case).killer.names.index("provider.send")
    run = Run.played(tmp_path / "second", case, first_send, "after", unconfirmed_part="skip")
    parts = [reply.text for reply in run.machine.line.replies]
    assert len(parts) == len(set(parts))
    (turn,) = [record["turn"] for record in run.machine.records if record.get("parley") == "turn"]
    assert turn["parts"][0]["state"] == "skipped"
    assert turn["unconfirmed"] == 1


@everywhere
def test_a_worker_that_wakes_up_beside_another_leaves_the_turn_alone(
    tmp_path: Path, aws: None, backend: str, name: str
) -> None:
    stub = StubAnswerer()
    machine = Case(backend, name).machine(tmp_path, answerers=[stub])
    machine.deliver(machine.line.event("hello", "m1", machine.line.person(1), machine.clock.now))

    def meanwhile(question: Question) -> Answer:
        with pytest.raises(NotYetError):
            machine.hub.converse(question.conversation_id.rpartition("-")[0])
        return Answer("once", source="stub")

    stub.reply = meanwhile
    machine.drain()
    assert len(machine.line.replies) == 1


@everywhere
def test_a_worker_that_overslept_its_claim_sends_nothing_more(
    tmp_path: Path, aws: None, backend: str, name: str
) -> None:
    stub = StubAnswerer()
    machine = Case(backend, name).machine(tmp_path, answerers=[stub])
    machine.deliver(machine.line.event("hello", "m1", machine.line.person(1), machine.clock.now))

    def oversleep(question: Question) -> Answer:
        stub.reply = lambda _: Answer("from the second worker", source="stub")
        machine.clock.advance(seconds=machine.settings.turns.claim_s + 1)
        machine.hub.converse(question.conversation_id.rpartition("-")[0])
        return Answer("from the first worker", source="stub")

    stub.reply = oversleep
    machine.drain_patiently()
    assert len(machine.line.replies) == 1
    assert "second worker" in machine.line.replies[0].text


@everywhere
def test_a_worker_frozen_just_before_a_send_does_not_send_behind_the_one_that_took_over(
    tmp_path: Path, aws: None, backend: str, name: str
) -> None:
    machine = Case(backend, name).machine(tmp_path)
    frozen: list[bool] = []

    def freeze_after_answering(port: str, inner: Any) -> Any:
        class Wrapped:
            def __getattr__(self, method: str) -> Any:
                return getattr(inner, method)

            def save(self, conversation: Any, **step: Any) -> Any:
                written = inner.save(conversation, **step)
                if conversation.turn and conversation.turn.state == "answered" and not frozen:
                    frozen.append(True)
                    machine.clock.advance(seconds=machine.settings.turns.claim_s + 1)
                    machine.hub.converse(conversation.key)
                return written

        return Wrapped() if port == "store" else inner

    machine.wrap = freeze_after_answering
    machine.hub = machine.build()
    machine.deliver(machine.line.event("hello", "m1", machine.line.person(1), machine.clock.now))
    machine.drain_patiently()
    assert frozen
    assert len(machine.line.replies) == 1


@everywhere
def test_a_time_out_on_every_attempt_ends_in_one_apology(tmp_path: Path, aws: None, backend: str, name: str) -> None:
    def time_out(_: Question) -> Answer:
        raise UpstreamError("timed out")

    machine = Case(backend, name).machine(tmp_path, answerers=[StubAnswerer(time_out)])
    machine.deliver(machine.line.event("Tell me everything", "m1", machine.line.person(1), machine.clock.now))
    machine.drain_patiently()
    (reply,) = machine.line.replies
    assert "Sorry" in reply.text
    assert len(machine.answerers[0].asked) == machine.settings.turns.max_receives
