"""Answers in the words of a folder of documents; needs no model and no network."""

import re
from collections.abc import Sequence
from typing import get_args

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.matching import Match
from orchestrator.answerers.documents.questions import clauses
from orchestrator.answerers.documents.quoting import quote
from orchestrator.model import Answer, Citation, Language, Pass, Question

THRESHOLD = 0.55  # of coverage, calibrated by `python -m tests.bench.answers`
LONGEST = 1000  # characters of a question that are looked at
OF_A_CLAUSE = 1.25  # times the threshold for a part of a question: so much less is known of what the person means


class DocumentsAnswerer:
    """Quotes the passage that covers the question best, or passes when none covers enough of it.

    A long question ("Hi! I bought a lamp, … could I exchange it?") is covered badly as a whole; it is answered when a
    clause of it is covered well.
    """

    name = "documents"

    def __init__(self, index: DocumentIndex, threshold: float = THRESHOLD) -> None:
        self._index = index
        self._threshold = threshold

    def answer(self, question: Question) -> Answer | Pass:
        text = question.text[:LONGEST]
        whole = self._nearest([text], question)
        if whole and whole.coverage >= self._threshold:
            return self._quoted(whole, question)
        clause = self._nearest(clauses(text), question)
        if clause and clause.coverage >= min(1.0, self._threshold * OF_A_CLAUSE):
            return self._quoted(clause, question)
        if whole:
            return Pass(f"the nearest passage, {_place(whole)!r}, covers {whole.coverage:.0%} of the question")
        return Pass("no document mentions what is asked")

    def _nearest(self, texts: Sequence[str], question: Question) -> Match | None:
        """The best passage of each language for each text, and of these the best covered: of equals, the one in the
        question's own language. None where nothing is mentioned anywhere."""
        before = question.history[-1].question[:LONGEST] if question.history else ""
        languages = sorted(get_args(Language), key=lambda language: language != question.language)
        found = [
            match
            for language in languages
            for text in texts
            for match in self._index.search(text, language, limit=1, before=before)
        ]
        return max(found, key=lambda match: match.coverage, default=None)

    def _quoted(self, match: Match, question: Question) -> Answer:
        words = quote(match.text, match.weights, match.language, question.max_characters)
        return Answer(
            words,
            source=self.name,
            language=question.language,
            answerer_id=self._index.path.name,
            citations=(Citation(title=_place(match), uri=match.uri or match.name, excerpt=words),),
            reason=f"{_place(match)!r} covers {match.coverage:.0%} of the question",
        )


def _place(match: Match) -> str:
    """Of a heading that asks in several ways, the first is enough."""
    first = re.split(r"(?<=[.!?])\s", match.heading, maxsplit=1)[0]
    return f"{match.title}: {first}" if first else match.title
