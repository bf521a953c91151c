"""How well the document answerer answers: `python -m tests.bench.answers`.

tests/questions.json asks about infra/local/samples as people write by SMS. Some of it is held out: the rules and the
samples are tuned on the rest alone, to see what they are worth to a question that nobody thought of.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.model import Answer, Exchange, Language, Pass, Question
from tests.bench.figure import Figure

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "infra" / "local" / "samples"
SMS_CHARACTERS = 459  # three parts


class BenchQuestion(msgspec.Struct, frozen=True):
    """One line of the question set. Without an expected document the right thing is to pass."""

    question: str
    language: Language
    held_out: bool
    expected_document: str | None
    must_contain: tuple[str, ...] = ()
    history: tuple[Exchange, ...] = ()


class Figures(msgspec.Struct, frozen=True):
    """Of one half of the question set."""

    covered: int
    answered_right: int
    not_covered: int
    rightly_passed: int
    mistakes: tuple[str, ...]

    @property
    def share_answered_right(self) -> float:
        return self.answered_right / self.covered

    @property
    def share_rightly_passed(self) -> float:
        return self.rightly_passed / self.not_covered


def questions() -> list[BenchQuestion]:
    return msgspec.json.decode((ROOT / "tests" / "questions.json").read_bytes(), type=list[BenchQuestion])


def measure(answerer: DocumentsAnswerer, asked: Sequence[BenchQuestion]) -> Figures:
    judged = [(each, answerer.answer(_question(each))) for each in asked]
    covered = [(each, said) for each, said in judged if each.expected_document]
    others = [(each, said) for each, said in judged if not each.expected_document]
    return Figures(
        covered=len(covered),
        answered_right=sum(_is_right(each, said) for each, said in covered),
        not_covered=len(others),
        rightly_passed=sum(_is_right(each, said) for each, said in others),
        mistakes=tuple(f"{each.question!r}: {said.reason}" for each, said in judged if not _is_right(each, said)),
    )


def _question(asked: BenchQuestion) -> Question:
    return Question(
        text=asked.question,
        channel="sms",
        conversation_id="sms-00000000000000000000000000000000-0",
        turn_id="00000000000000000000000000000000",
        language=asked.language,
        history=asked.history,
        max_characters=SMS_CHARACTERS,
    )


def _is_right(asked: BenchQuestion, said: Answer | Pass) -> bool:
    if isinstance(said, Pass):
        return asked.expected_document is None
    return said.citations[0].uri == asked.expected_document and all(
        words.casefold() in said.text.casefold() for words in asked.must_contain
    )


def measured() -> dict[str, Figures]:
    """Of the tuned and of the held out questions."""
    asked = questions()
    with tempfile.TemporaryDirectory() as folder:
        index = DocumentIndex(Path(folder) / "documents.sqlite")
        index.add([SAMPLES])
        answerer = DocumentsAnswerer(index)
        return {
            "tuned": measure(answerer, [each for each in asked if not each.held_out]),
            "held out": measure(answerer, [each for each in asked if each.held_out]),
        }


def figures() -> list[Figure]:
    """Shares of the questions."""
    return [figure for label, part in measured().items() for figure in _figures(label, part)]


def _figures(label: str, part: Figures) -> list[Figure]:
    right, passed = part.share_answered_right, part.share_rightly_passed
    return [
        Figure(
            f"questions answered right, {label} ({part.covered})", f"{100 * right:.0f} %", "≥ 85 %", met=right >= 0.85
        ),
        Figure(
            f"other questions passed, {label} ({part.not_covered})",
            f"{100 * passed:.0f} %",
            "≥ 95 %",
            met=passed >= 0.95,
        ),
    ]


def main() -> None:
    for label, part in measured().items():
        print(*(f"{each.what}: {each.measured}" for each in _figures(label, part)), sep="\n")
        if "-v" in sys.argv[1:]:
            print(*(f"    {mistake}" for mistake in part.mistakes), sep="\n")


if __name__ == "__main__":
    main()
