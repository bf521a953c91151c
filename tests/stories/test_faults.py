"""Killed before or after any outside call of a turn, then delivered again: exactly once, but for two windows.

The call sites are not listed here: a first run, in which nothing fails, finds them. Then each is made to kill the
worker, once before it acts and once after.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import NotYetError
from orchestrator.model import Answer, Question
from orchestrator.settings import Settings
from tests.kit import Line, Machine, StubAnswerer
from tests.lines import LINES

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
            if number == self.at and self.when == "before":
                raise Killed
            result = call(*args, **kwargs)
            if number == self.at and self.when == "after":
                raise Killed
            return result

        return watched


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


@dataclass
class Run:
    """One conversation with one message, with a worker that is killed at most once."""

    machine: Machine
    killer: Killer
    stub: StubAnswerer

    @classmethod
    def started(cls, path: Path, line: Line, at: int, when: str, settings: Settings | None = None) -> "Run":
        killer = Killer(at, when)
        stub = StubAnswerer(long_answer)
        machine = Machine(path, line=line, answerers=[stub], wrap=killer.wrap, settings=settings or Settings())
        return cls(machine, killer, stub)

    def play(self) -> None:
        """Deliver until it is acknowledged, work until nothing is left."""
        event = self.machine.line.event("Tell me everything", "m1", self.machine.line.person(1), self.machine.clock.now)
        for _ in range(3):
            self._surviving(lambda: self.machine.deliver(event))
        for _ in range(3):
            self._surviving(self.machine.drain_patiently)
            self.machine.clock.advance(seconds=self.machine.settings.claim_s + 1)

    def _surviving(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Killed:
            self.machine.hub = self.machine.build()  # a new process; the killer strikes once


def call_sites(path: Path, line: Line) -> list[str]:
    run = Run.started(path, line, -1, "never")
    run.play()
    return run.killer.names


@pytest.mark.parametrize("name", sorted(LINES))
def test_killed_at_any_call_a_turn_still_ends_exactly_once(tmp_path: Path, name: str) -> None:
    sites = call_sites(tmp_path / "first", LINES[name]())
    expected_parts = [reply.text for reply in played(tmp_path / "second", name, -1, "never").machine.line.replies]
    assert "provider.send" in sites
    assert "answerer.answer" in sites
    again: set[tuple[str, str]] = set()
    for at, site in enumerate(sites):
        for when in ("before", "after"):
            run = played(tmp_path / f"{at}-{when}", name, at, when)
            parts = [reply.text for reply in run.machine.line.replies]
            assert dict.fromkeys(parts) == dict.fromkeys(expected_parts), (site, when)
            assert run.machine.store.counts() == {"messages": 1, "waiting": 0, "unfinished": 0, "turns": 1}, (
                site,
                when,
            )
            turns = [record for record in run.machine.records if record.get("parley") == "turn"]
            assert len(turns) == 1, (site, when)
            if len(run.stub.asked) > 1 or len(parts) > len(expected_parts):
                again.add((site, when))
                turn = turns[0]["turn"]
                assert turn.get("asked_again", 0) + turn.get("unconfirmed", 0) == 1, "a window is counted"
            assert len(run.stub.asked) + len(parts) <= 2 + len(expected_parts), "never more than one repetition"
    assert again <= ASKED_NOT_KEPT | SENT_NOT_KEPT, "a third window"
    assert again >= {("answerer.answer", "after"), ("provider.send", "after")}, "the test would not see a window"


def played(path: Path, name: str, at: int, when: str, settings: Settings | None = None) -> Run:
    run = Run.started(path, LINES[name](), at, when, settings)
    run.play()
    return run


@pytest.mark.parametrize("name", sorted(LINES))
def test_with_skip_an_unconfirmed_part_is_never_sent_twice(tmp_path: Path, name: str) -> None:
    sites = call_sites(tmp_path / "first", LINES[name]())
    first_send = sites.index("provider.send")
    run = played(tmp_path / "second", name, first_send, "after", Settings(unconfirmed_part="skip"))
    parts = [reply.text for reply in run.machine.line.replies]
    assert len(parts) == len(set(parts))
    (turn,) = [record["turn"] for record in run.machine.records if record.get("parley") == "turn"]
    assert turn["parts"][0]["state"] == "skipped"
    assert turn["unconfirmed"] == 1


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_worker_that_wakes_up_beside_another_leaves_the_turn_alone(tmp_path: Path, name: str) -> None:
    line = LINES[name]()
    stub = StubAnswerer()
    machine = Machine(tmp_path, line=line, answerers=[stub])
    machine.deliver(line.event("hello", "m1", line.person(1), machine.clock.now))
    (key,) = machine.store.due(machine.clock.now.replace(year=2100), 10)

    def meanwhile(question: Question) -> Answer:
        with pytest.raises(NotYetError):
            machine.hub.converse(key)
        return Answer("once", source="stub")

    stub.reply = meanwhile
    machine.drain()
    assert len(line.replies) == 1


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_worker_that_overslept_its_claim_sends_nothing_more(tmp_path: Path, name: str) -> None:
    line = LINES[name]()
    stub = StubAnswerer()
    machine = Machine(tmp_path, line=line, answerers=[stub])
    machine.deliver(line.event("hello", "m1", line.person(1), machine.clock.now))

    def oversleep(question: Question) -> Answer:
        stub.reply = lambda _: Answer("from the second worker", source="stub")
        machine.clock.advance(seconds=machine.settings.claim_s + 1)
        machine.drain()
        return Answer("from the first worker", source="stub")

    stub.reply = oversleep
    machine.drain_patiently()
    assert len(line.replies) == 1
    assert "second worker" in line.replies[0].text


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_worker_frozen_just_before_a_send_does_not_send_behind_the_one_that_took_over(
    tmp_path: Path, name: str
) -> None:
    line = LINES[name]()
    machine = Machine(tmp_path, line=line)
    frozen: list[bool] = []

    def freeze_after_answering(port: str, inner: Any) -> Any:
        class Wrapped:
            def __getattr__(self, method: str) -> Any:
                return getattr(inner, method)

            def save(self, conversation: Any, **step: Any) -> Any:
                written = inner.save(conversation, **step)
                if conversation.turn and conversation.turn.state == "answered" and not frozen:
                    frozen.append(True)
                    machine.clock.advance(seconds=machine.settings.claim_s + 1)
                    machine.drain()
                return written

        return Wrapped() if port == "store" else inner

    machine.wrap = freeze_after_answering
    machine.hub = machine.build()
    machine.deliver(line.event("hello", "m1", line.person(1), machine.clock.now))
    machine.drain_patiently()
    assert frozen
    assert len(line.replies) == 1
