"""The passages nearest to a question: what the document answerer quotes one of, and a model is given a few of."""

from collections.abc import Sequence
from typing import Protocol, get_args

import msgspec

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.matching import Match
from orchestrator.answerers.documents.questions import clauses
from orchestrator.model import Language, Question

LONGEST = 1000  # characters of a question that are looked at
OF_A_CLAUSE = 1.25  # times the threshold for a part of a question: so much less is known of what the person means


class Scored(msgspec.Struct, frozen=True):
    """A passage, how surely it answers the question (0 to 1), and why, for whoever tends the documents."""

    match: Match
    score: float
    why: str


class Passages(Protocol):
    """The port: fakes and other searches fill it too."""

    def passages(self, question: Question, n: int) -> Sequence[Scored]:
        """At most `n` passages of any language, the nearest first; none where nothing is near at all."""
        ...


class Nearest:
    """Fills `Passages` from an index.

    A long question ("Hi! I bought a lamp, … could I exchange it?") is covered badly as a whole; it is near to what
    covers a clause of it well, which counts for less.
    """

    def __init__(self, index: DocumentIndex) -> None:
        self._index = index

    def passages(self, question: Question, n: int) -> Sequence[Scored]:
        text = question.text[:LONGEST]
        found = [*self._covering([text], question, 1.0, n), *self._covering(clauses(text), question, OF_A_CLAUSE, n)]
        best: dict[tuple[str, str, str], Scored] = {}
        for each in sorted(found, key=lambda each: -each.score):  # stable: of equals, the first found
            best.setdefault((each.match.name, each.match.heading, each.match.text), each)
        return list(best.values())[:n]

    def _covering(self, texts: Sequence[str], question: Question, dearer: float, n: int) -> list[Scored]:
        """Of equals, those in the question's own language come first."""
        before = question.history[-1].question[:LONGEST] if question.history else ""
        languages = sorted(get_args(Language), key=lambda language: language != question.language)
        return [
            Scored(match, match.coverage / dearer, f"covers {match.coverage:.0%} of the question's words")
            for language in languages
            for text in texts
            for match in self._index.search(text, language, limit=n, before=before)
        ]
