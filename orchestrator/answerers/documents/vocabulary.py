"""The terms that the documents of one language use: how much each tells, and which one a misspelt word means."""

import json
import math
import sqlite3
from collections.abc import Collection
from string import ascii_lowercase

from orchestrator.answerers.documents.terms import is_circumstance
from orchestrator.language.words import SMALL_TALK
from orchestrator.model import Language

SHORTEST_MENDED = 5  # letters: in a shorter term one letter too often makes another word
LONGEST_MENDED = 16  # letters: each has 54 slips to look up; what is longer is hardly a word
MOST_LOOKED_UP = 40  # terms of one message, of these at most
MOST_MENDED = 4  # are mended: whose every word is unknown is not misspelt
FUNCTION_WORD = 0.6  # the weight of a function word, where headings are compared; tuned on tests/questions.json
CIRCUMSTANCE = 0.3  # times the rarity: a day or a number tells passages apart, but is seldom what is asked about


class Vocabulary:
    """Serves one message, however many parts of it are read: what mending may cost is bounded for all of them."""

    def __init__(self, connection: sqlite3.Connection, language: Language) -> None:
        self._connection = connection
        self._language = language
        self._spelt: dict[str, str] = {}
        self._may_look_up = MOST_LOOKED_UP
        self._may_mend = MOST_MENDED
        statement = f"SELECT count(*) FROM terms_{language}"  # noqa: S608 — a language
        (self._passages,) = connection.execute(statement).fetchone()

    def spelt(self, term: str) -> str:
        """As the documents spell it: where none has it, the most frequent term that is one slip away."""
        if term not in self._spelt:
            self._spelt[term] = self._mended(term) if self._may_be_misspelt(term) else term
        return self._spelt[term]

    def _may_be_misspelt(self, term: str) -> bool:
        fits = SHORTEST_MENDED <= len(term) <= LONGEST_MENDED and term.isalpha()
        if not fits or term in SMALL_TALK[self._language] or not (self._may_look_up and self._may_mend):
            return False
        self._may_look_up -= 1
        return not self._counts([term])

    def _mended(self, term: str) -> str:
        self._may_mend -= 1
        counts = self._counts(one_slip_away(term))
        return max(counts, key=lambda known: (counts[known], known), default=term)

    def weights(self, terms: Collection[str]) -> dict[str, float]:
        """Each term once, with what it tells: BM25's inverse document frequency, less for words that say little."""
        counts = self._counts(terms)
        return {term: self._weight(term, counts.get(term, 0)) for term in dict.fromkeys(terms)}

    def _weight(self, term: str, having: int) -> float:
        if term in SMALL_TALK[self._language]:
            return FUNCTION_WORD
        rarity = math.log(1 + (self._passages - having + 0.5) / (having + 0.5))
        return rarity * (CIRCUMSTANCE if is_circumstance(term, self._language) else 1)

    def _counts(self, spellings: Collection[str]) -> dict[str, int]:
        """How many passages have each; those that none has are left out.

        CROSS JOIN keeps this order of the tables, so that each spelling is looked up and not every term read.
        """
        vocabulary = f"vocabulary_{self._language}"
        statement = f"SELECT term, doc FROM json_each(?) CROSS JOIN {vocabulary} ON term = value"  # noqa: S608 — a language
        return dict(self._connection.execute(statement, (json.dumps(list(spellings)),)).fetchall())


def one_slip_away(term: str) -> set[str]:
    """Every string with one letter left out, added, replaced, or swapped with its neighbour.

    The idea is Peter Norvig's: https://norvig.com/spell-correct.html
    """
    halves = [(term[:cut], term[cut:]) for cut in range(len(term) + 1)]
    left_out = {head + tail[1:] for head, tail in halves if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1}
    replaced = {head + letter + tail[1:] for head, tail in halves if tail for letter in ascii_lowercase}
    added = {head + letter + tail for head, tail in halves for letter in ascii_lowercase}
    return (left_out | swapped | replaced | added) - {term}
