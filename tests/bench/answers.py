"""How well the document answerer answers: `python -m tests.bench.answers`, with -v each mistake.

tests/questions.json asks about infra/local/samples as people write by SMS. Some of it is held out: the rules and the
samples are tuned on the rest alone, to see what they are worth to a question that nobody thought of.
tests/questions/ asks about organisations that nothing was tuned on. Each set is answered by words alone, and with the
meaning beside them where its model is installed (`make meaning`).
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.meaning import SentenceEncoder
from orchestrator.errors import ConfigurationError
from orchestrator.model import Answer, Exchange, Language, Pass, Question
from tests.bench.figure import Figure

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "infra" / "local" / "samples"
SETS = ROOT / "tests" / "questions"
NEVER_TUNED_ON = ("bank", "hotel", "gym")
SMS_CHARACTERS = 459  # three parts


class BenchQuestion(msgspec.Struct, frozen=True):
    """One line of a question set. Without an expected document the right thing is to pass."""

    question: str
    language: Language
    expected_document: str | None
    held_out: bool = False
    must_contain: tuple[str, ...] = ()
    history: tuple[Exchange, ...] = ()


class Figures(msgspec.Struct, frozen=True):
    """Of a question set. Every question is answered rightly or wrongly, or passed."""

    covered: int
    answered_right: int
    not_covered: int
    rightly_passed: int
    answered_wrong: int
    mistakes: tuple[str, ...]

    @property
    def share_answered_right(self) -> float:
        return self.answered_right / self.covered

    @property
    def share_rightly_passed(self) -> float:
        return self.rightly_passed / self.not_covered

    @property
    def share_answered_wrong(self) -> float:
        return self.answered_wrong / (self.covered + self.not_covered)


def questions(file: Path = ROOT / "tests" / "questions.json") -> list[BenchQuestion]:
    return msgspec.json.decode(file.read_bytes(), type=list[BenchQuestion])


def measure(answerer: DocumentsAnswerer, asked: Sequence[BenchQuestion]) -> Figures:
    judged = [(each, answerer.answer(asking(each))) for each in asked]
    covered = [(each, said) for each, said in judged if each.expected_document]
    others = [(each, said) for each, said in judged if not each.expected_document]
    return Figures(
        covered=len(covered),
        answered_right=sum(_is_right(each, said) for each, said in covered),
        not_covered=len(others),
        rightly_passed=sum(_is_right(each, said) for each, said in others),
        answered_wrong=sum(isinstance(said, Answer) and not _is_right(each, said) for each, said in judged),
        mistakes=tuple(f"{each.question!r}: {said.reason}" for each, said in judged if not _is_right(each, said)),
    )


def asking(asked: BenchQuestion) -> Question:
    """By SMS."""
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


def measured(encoder: SentenceEncoder | None = None) -> dict[str, Figures]:
    """Of the tuned and the held out questions of the shop, and of each set that nothing was tuned on."""
    asked = questions()
    parts = {
        "tuned": [each for each in asked if not each.held_out],
        "held out": [each for each in asked if each.held_out],
    }
    with tempfile.TemporaryDirectory() as folder:
        shop = DocumentsAnswerer(_index(Path(folder) / "shop.sqlite", SAMPLES, encoder))
        return {label: measure(shop, part) for label, part in parts.items()} | {
            name: measure(
                DocumentsAnswerer(_index(Path(folder) / f"{name}.sqlite", SETS / name / "documents", encoder)),
                questions(SETS / name / "questions.json"),
            )
            for name in NEVER_TUNED_ON
        }


def _index(path: Path, documents: Path, encoder: SentenceEncoder | None) -> DocumentIndex:
    index = DocumentIndex(path, encoder)
    index.add([documents])
    return index


def _encoders() -> Iterator[tuple[str, SentenceEncoder | None]]:
    yield "by words", None
    try:
        yield "and meaning", SentenceEncoder()
    except ConfigurationError as error:
        print(error, file=sys.stderr)


def figures() -> list[Figure]:
    """Shares of the questions."""
    return [
        figure
        for how, encoder in _encoders()
        for label, part in measured(encoder).items()
        for figure in _figures(label, how, part)
    ]


def _figures(label: str, how: str, part: Figures) -> Iterator[Figure]:
    """Of the shop, what the answerer promises; of the others, what a newcomer may expect."""
    right, wrong, passed = part.share_answered_right, part.share_answered_wrong, part.share_rightly_passed
    own = label in NEVER_TUNED_ON
    least, target = (0.75, "≥ 75 %") if own else (0.85, "≥ 85 %")
    aimed = how != "by words" or not own
    yield Figure(
        f"questions answered right, {label} ({part.covered}), {how}",
        f"{100 * right:.0f} %",
        target if aimed else "",
        met=right >= least if aimed else None,
    )
    if own:
        yield Figure(
            f"questions answered wrong, {label} ({part.covered + part.not_covered}), {how}",
            f"{100 * wrong:.0f} %",
            "≤ 3 %" if aimed else "",
            met=wrong <= 0.03 if aimed else None,
        )
    yield Figure(
        f"other questions passed, {label} ({part.not_covered}), {how}",
        f"{100 * passed:.0f} %",
        "≥ 95 %",
        met=passed >= 0.95,
    )


def main() -> None:
    for how, encoder in _encoders():
        for label, part in measured(encoder).items():
            print(*(f"{each.what}: {each.measured}" for each in _figures(label, how, part)), sep="\n")
            if "-v" in sys.argv[1:]:
                print(*(f"    {mistake}" for mistake in part.mistakes), sep="\n")


if __name__ == "__main__":
    main()
