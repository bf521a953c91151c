"""How well the document answerer answers: `python -m tests.bench.answers`.

tests/questions.json asks about infra/local/samples as people write by SMS. More than a quarter of it is held out:
written after the rules were tuned on the rest, to see what they are worth.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchestrator.answerers.document_index import DocumentIndex
from orchestrator.answerers.documents import DocumentsAnswerer
from orchestrator.model import Answer, Exchange, Language, Pass, Question

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "infra" / "local" / "samples"
SMS_CHARACTERS = 459  # three parts


class Asked(msgspec.Struct, frozen=True):
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


def questions() -> list[Asked]:
    return msgspec.json.decode((ROOT / "tests" / "questions.json").read_bytes(), type=list[Asked])


def measure(answerer: DocumentsAnswerer, asked: Sequence[Asked]) -> Figures:
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


def _question(asked: Asked) -> Question:
    return Question(
        text=asked.question,
        channel="sms",
        conversation_id="sms-00000000000000000000000000000000-0",
        turn_id="00000000000000000000000000000000",
        language=asked.language,
        history=asked.history,
        max_characters=SMS_CHARACTERS,
    )


def _is_right(asked: Asked, said: Answer | Pass) -> bool:
    if isinstance(said, Pass):
        return asked.expected_document is None
    return said.citations[0].uri == asked.expected_document and all(
        words.casefold() in said.text.casefold() for words in asked.must_contain
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = DocumentIndex(Path(folder) / "documents.sqlite")
        index.add([SAMPLES])
        for label, held_out in (("tuned", False), ("held out", True)):
            figures = measure(DocumentsAnswerer(index), [each for each in questions() if each.held_out == held_out])
            print(
                f"{label:9}",
                f"answered right {figures.share_answered_right:.0%} of {figures.covered},",
                f"rightly passed {figures.share_rightly_passed:.0%} of {figures.not_covered}",
            )
            if "-v" in sys.argv[1:]:
                print(*(f"    {mistake}" for mistake in figures.mistakes), sep="\n")


if __name__ == "__main__":
    main()
