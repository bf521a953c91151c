"""The terms that the documents of one language use: how rare each is, and which one a misspelt word means."""

import json
import math
import sqlite3
from collections.abc import Collection

from orchestrator.answerers.spelling import one_slip_away
from orchestrator.model import Language

SHORTEST_MENDED = 5  # letters: in a shorter term one letter too often makes another word


class Vocabulary:
    def __init__(self, connection: sqlite3.Connection, language: Language) -> None:
        self._connection = connection
        self._language = language
        statement = f"SELECT count(*) FROM terms_{language}"  # noqa: S608 — a language
        (self._passages,) = connection.execute(statement).fetchone()

    def weighed(self, terms: Collection[str]) -> dict[str, float]:
        """Each term once, as the documents spell it, with its weight: BM25's inverse document frequency."""
        return dict(self._weighed(term) for term in dict.fromkeys(terms))

    def _weighed(self, term: str) -> tuple[str, float]:
        counts = self._counts([term])
        if not counts and len(term) >= SHORTEST_MENDED and term.isalpha():
            counts = self._counts(one_slip_away(term))
        spelt = max(counts, key=lambda known: (counts[known], known), default=term)
        having = counts.get(spelt, 0)
        return spelt, math.log(1 + (self._passages - having + 0.5) / (having + 0.5))

    def _counts(self, spellings: Collection[str]) -> dict[str, int]:
        """How many passages have each; those that none has are left out."""
        statement = (
            f"SELECT term, doc FROM vocabulary_{self._language}"  # noqa: S608 — a language
            " WHERE term IN (SELECT value FROM json_each(?))"
        )
        return dict(self._connection.execute(statement, (json.dumps(list(spellings)),)).fetchall())
