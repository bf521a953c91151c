"""One conversation, played on every channel: the same turns, whatever they travel by."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from orchestrator.model import Answer, Citation, Pass, Question
from orchestrator.settings import Settings
from tests.kit import Machine, StubAnswerer, chosen
from tests.lines import LINES

# (seconds after the one before, what is written)
SCRIPT = (
    (0, "Hi there, when do you open?"),
    (30, "And on Sundays?"),
    (30, "Tell me about quantum bananas"),
    (10, "hola, ¿y cuánto cuesta el envío?"),
    (20, "restart"),
    (5, "STOP"),
    (60, "Are you there?"),
    (60, "START"),
    (5, "When do you open?"),
    (3600, "When do you open?"),
)
CITED = Citation("Opening hours", "hours.md")


class Turns(msgspec.Struct, frozen=True):
    """What must be the same everywhere."""

    generation: str
    question: str
    source: str | None
    language: str | None
    answer: str | None
    states: tuple[str, ...]


def reply(question: Question) -> Answer | Pass:
    if "banana" in question.text:
        return Pass("nothing known")
    so_far = len(question.history)
    return Answer(f"**Nine** o'clock, {so_far} before", source="stub", language=question.language, citations=(CITED,))


def played(path: Path, name: str) -> list[Turns]:
    line = LINES[name]()
    settings = chosen(self_managed_opt_outs=True, email_context_ttl_s=Settings().turns.context_ttl_s)
    machine = Machine(path, line=line, answerers=[StubAnswerer(reply)], settings=settings)
    for number, (pause_s, text) in enumerate(SCRIPT):
        machine.clock.now += timedelta(seconds=pause_s)
        machine.deliver(line.event(text, f"m{number}", line.person(1), machine.clock.now))
        machine.drain()
    (conversation,) = machine.store.conversations.conversations()
    return [
        Turns(
            generation=turn.conversation_id.rpartition("-")[2],
            question=turn.text,
            source=turn.answer.source if turn.answer else None,
            language=turn.answer.language if turn.answer else None,
            answer=turn.answer.text if turn.answer else None,
            states=tuple(part.state for part in turn.parts),
        )
        for turn in machine.store.conversations.turns(conversation.key)
    ]


@pytest.mark.parametrize("name", sorted(set(LINES) - {"sms"}))
def test_the_same_script_gives_the_same_turns_as_by_sms(tmp_path: Path, name: str) -> None:
    by_sms = played(tmp_path / "sms", "sms")
    assert [turn.source for turn in by_sms] == [
        *("stub", "stub", "handoff", "stub", "restart", "consent", "silence", "consent", "stub", "stub")
    ]
    assert [turn.language for turn in by_sms][3] == "es"
    assert played(tmp_path / name, name) == by_sms
