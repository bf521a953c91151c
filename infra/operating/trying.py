"""Questions tried on the documents: which passages are near to one, and how many of a file are answered as expected.

The file is CSV with a header, in UTF-8:

    question    what a customer would write
    expected    the document that answers it, by its name, path or title; empty where it should be passed
    contains    optional: words that the answer must have; several with | between
    language    optional: en or es; else it is told from the question
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from infra.operating.evaluation.cases import asked
from infra.operating.evaluation.files import CaseError, language_of, rows, several
from infra.operating.evaluation.judging import Outcome
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex, Listed
from orchestrator.answerers.documents.nearest import Nearest, Scored
from orchestrator.language.detect import detect
from orchestrator.model import Answer, Language, Pass

COLUMNS = ("question", "expected", "contains", "language")

__all__ = ["COLUMNS", "CaseError", "ask", "cases", "test"]


class Case(msgspec.Struct, frozen=True):
    """A row of the file."""

    row: int  # of the file, the header being 1
    question: str
    expected: Listed | None
    contains: tuple[str, ...]
    language: Language


class Tried(msgspec.Struct, frozen=True):
    """What became of a question."""

    row: int
    question: str
    outcome: Outcome
    expected: str  # "" where it should be passed
    document: str  # that was quoted, or ""
    answer: str
    why: str


class Result(msgspec.Struct, frozen=True):
    """`n` is the sum of the next three. Where no document answers, an answer is wrong and a pass is as it should be."""

    n: int
    right: int
    wrong: int
    passed: int
    rightly_passed: int
    questions: tuple[Tried, ...]


class Near(msgspec.Struct, frozen=True):
    """A passage near to a question. From a score of 0.55 on it answers."""

    score: float
    document: str
    heading: str
    text: str
    why: str


class Asked(msgspec.Struct, frozen=True):
    """A question, and what is near to it."""

    question: str
    language: Language
    answered: bool
    instead: str  # what the customer gets who is not answered, or ""
    passages: tuple[Near, ...]


def ask(index: DocumentIndex, text: str, n: int) -> Asked:
    """The `n` nearest passages."""
    language = detect(text, None, "en")
    question = asked(text, language)
    said = DocumentsAnswerer(index).answer(question)
    near = tuple(_near(each) for each in Nearest(index).passages(question, n))
    return Asked(text, language, isinstance(said, Answer), "" if isinstance(said, Answer) else _instead(said), near)


def _instead(passed: Pass) -> str:
    named = " or ".join(f'"{offer}"' for offer in passed.offers)
    return f"the customer is asked whether they meant {named}" if named else "no passage is near enough to offer it"


def _near(found: Scored) -> Near:
    match = found.match
    return Near(round(found.score, 2), match.name, match.heading or match.title, match.text, found.why)


def test(index: DocumentIndex, cases: Sequence[Case]) -> Result:
    """Every question of the file, by whoever answers customers."""
    answerer = DocumentsAnswerer(index)
    tried = tuple(_tried(case, answerer.answer(asked(case.question, case.language))) for case in cases)
    return Result(
        n=len(tried),
        right=sum(each.outcome == "right" for each in tried),
        wrong=sum(each.outcome == "wrong" for each in tried),
        passed=sum(each.outcome == "passed" for each in tried),
        rightly_passed=sum(each.outcome == "passed" and not each.expected for each in tried),
        questions=tried,
    )


def _tried(case: Case, said: Answer | Pass) -> Tried:
    expected = case.expected.name if case.expected else ""
    if isinstance(said, Pass):
        return Tried(case.row, case.question, "passed", expected, "", "", said.reason)
    quoted = said.citations[0].uri
    right = case.expected is not None and quoted in (case.expected.uri, case.expected.name)
    right = right and all(words.casefold() in said.text.casefold() for words in case.contains)
    return Tried(case.row, case.question, "right" if right else "wrong", expected, quoted, said.text, said.reason)


# ── the file ───────────────────────────────────────────────────────────────────────────────────────────────────────


def cases(file: Path, documents: Sequence[Listed]) -> list[Case]:
    """The questions of a file. Raises `CaseError`, which names the row and the column."""
    named = _by_name(documents)
    return [_case(row, given, named) for row, given in rows(file, COLUMNS, needed=("question", "expected"))]


def _by_name(documents: Sequence[Listed]) -> Mapping[str, Listed]:
    """By whatever a person may call a document; where two share a name, by the other names alone."""
    names: dict[str, set[Listed]] = {}
    for each in documents:
        for name in (each.path, each.name, each.title, Path(each.path).name):
            names.setdefault(name.casefold(), set()).add(each)
    return {name: next(iter(found)) for name, found in names.items() if len(found) == 1}


def _case(row: int, given: Mapping[str, str], documents: Mapping[str, Listed]) -> Case:
    name = given.get("expected", "")
    expected = documents.get(name.casefold())
    if name and expected is None:
        raise CaseError(
            f"row {row}, column expected: no document, or more than one, is called {name!r}; "
            "`parley documents list` shows them"
        )
    return Case(
        row=row,
        question=given["question"],
        expected=expected,
        contains=several(given.get("contains", "")),
        language=language_of(row, given.get("language", ""), given["question"]),
    )
