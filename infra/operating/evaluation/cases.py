"""A question, and what its answer is held against.

    question   what a customer would write
    expected   the sources, one of which the answer must cite, by title or address; several with | between
    contains   facts: words that the answer must have, each of them; several with | between
    reference  an answer to liken it to, where neither of the two is given
    language   en or es; else it is told from the question

Where nothing is expected, the question should be passed.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from infra.operating.evaluation.files import CaseError, language_of, rows, several
from orchestrator.model import Language, Question

COLUMNS = ("question", "expected", "contains", "reference", "language")
_NOBODY = "email-" + "0" * 32 + "-0"

__all__ = ["COLUMNS", "Case", "CaseError", "asked", "cases"]


class Case(msgspec.Struct, frozen=True):
    """`row` is where it stands in its file; of a recorded question, which one it is."""

    row: int
    question: str
    language: Language
    sources: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    reference: str = ""

    @property
    def should_pass(self) -> bool:
        """Whether no answer is the right one."""
        return not (self.sources or self.facts or self.reference)

    @property
    def expectation(self) -> str:
        """In a few words, for people; "" where it should be passed."""
        facts = " and ".join(f'"{fact}"' for fact in self.facts)
        told = " or ".join(self.sources)
        return ": ".join(filter(None, (told, facts))) or self.reference


def cases(file: Path) -> Iterator[Case]:
    """The questions of a file. Raises `CaseError`, which names the row and the column."""
    for row, given in rows(file, COLUMNS):
        yield Case(
            row=row,
            question=given["question"],
            language=language_of(row, given.get("language", ""), given["question"]),
            sources=several(given.get("expected", "")),
            facts=several(given.get("contains", "")),
            reference=given.get("reference", ""),
        )


def asked(text: str, language: Language) -> Question:
    """As a person asks by mail who never wrote before."""
    return Question(text=text, channel="email", conversation_id=_NOBODY, turn_id="0" * 32, language=language)
