"""Answers in the words of a folder of documents; needs no model and no network."""

import re
from collections.abc import Sequence

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.matching import Match
from orchestrator.answerers.documents.nearest import THRESHOLD, Nearest, Scored
from orchestrator.answerers.documents.quoting import quote
from orchestrator.model import Answer, Citation, Pass, Question

OFFERS = 2  # headings of a pass
OFFERED = 0.2  # the score from which a passage is worth a "did you mean"
LONGEST_OFFER = 60  # characters of a heading


class DocumentsAnswerer:
    """Quotes the passage that answers the question most surely, or passes where none does surely enough.

    A pass offers the headings of the two nearest passages, for the house to ask "did you mean …?".
    """

    name = "documents"

    def __init__(self, index: DocumentIndex, threshold: float = THRESHOLD) -> None:
        self._index = index
        self._nearest = Nearest(index)
        self._threshold = threshold

    def answer(self, question: Question) -> Answer | Pass:
        near = self._nearest.passages(question, 10)
        if not near:
            return Pass("no document mentions what is asked")
        best = near[0]
        if best.score >= self._threshold:
            return self._quoted(best, question)
        return Pass(f"the nearest passage, {place(best.match)!r}, has {best.why}", offers=_offers(near))

    def _quoted(self, found: Scored, question: Question) -> Answer:
        match = found.match
        words = quote(match.text, match.weights, match.language, question.max_characters)
        return Answer(
            words,
            source=self.name,
            language=question.language,
            answerer_id=self._index.path.name,
            citations=(Citation(title=place(match), uri=match.uri or match.name, excerpt=words),),
            reason=f"{place(match)!r}: {found.why}",
        )


def _offers(near: Sequence[Scored]) -> tuple[str, ...]:
    """The headings of the nearest passages, those of one name once."""
    named = (_heading(each.match)[:LONGEST_OFFER].strip() for each in near if each.score >= OFFERED)
    return tuple(dict.fromkeys(filter(None, named)))[:OFFERS]


def place(match: Match) -> str:
    """Where a passage stands, as a customer may read it."""
    return f"{match.title}: {_heading(match)}" if match.heading else match.title


def _heading(match: Match) -> str:
    """Of a heading that asks in several ways, the first is enough."""
    return re.split(r"(?<=[.!?])\s", match.heading or match.title, maxsplit=1)[0]
