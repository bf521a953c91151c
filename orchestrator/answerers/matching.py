"""Which passages answer a question, and how much of the question they cover.

BM25 finds candidates. They are judged by `coverage`: the share of the question's terms that a passage mentions, each
weighed by its rarity. A term that no document has weighs most, so a question about something else is covered badly
however many common words it shares: the number means the same for every question, which a BM25 score does not.
"""

import sqlite3
from collections.abc import Collection, Mapping

import msgspec

from orchestrator.answerers.asking import Asked, asked
from orchestrator.answerers.terms import every_word
from orchestrator.answerers.vocabulary import Vocabulary
from orchestrator.model import Language

CANDIDATES = 50  # passages that BM25 hands on to be judged
# What ranks passages beside coverage, tuned on tests/questions.json.
TITLED = 0.1  # what the question names, in the document's title
HEADED = 0.3  # a heading that reads like the question
WANTED = 0.15  # what an answer to such a question says
OPENING = 0.01  # the first passage of a document that the question does no more than name ("opening hours?")


class Match(msgspec.Struct, frozen=True):
    """A passage and what it has of the question."""

    name: str  # of its document
    title: str
    uri: str
    heading: str
    text: str
    language: Language
    coverage: float  # 0 to 1
    weights: Mapping[str, float]  # of the terms looked for


def matches(connection: sqlite3.Connection, text: str, language: Language, before: str) -> list[Match]:
    """Best first. Empty where the question names nothing, or nothing that a document mentions."""
    question = asked(text, language, before)
    if not question.named:
        return []
    vocabulary = Vocabulary(connection, language)
    weighed = _Weighed(vocabulary.weighed(question.named), vocabulary.weighed(question.wanted))
    found = [_judged(question, weighed, row, language) for row in _candidates(connection, weighed, language)]
    return [match for _, match in sorted(found, key=lambda judged: -judged[0])]  # equal ones stay as BM25 had them


class _Weighed(msgspec.Struct, frozen=True):
    """The terms of a question as the documents spell them, with weights."""

    named: Mapping[str, float]
    wanted: Mapping[str, float]


class _Candidate(msgspec.Struct, frozen=True, array_like=True):
    name: str
    title: str
    uri: str
    position: int  # in its document, from 0
    heading: str
    text: str
    title_terms: str
    other_terms: str


def _candidates(connection: sqlite3.Connection, weighed: _Weighed, language: Language) -> list[_Candidate]:
    """Terms are letters and digits alone; the quotes keep AND, OR, NOT and NEAR from being operators."""
    statement = f"""
        SELECT documents.name, documents.title, documents.uri, passages.position, passages.heading, passages.text,
            found.title, found.heading || ' ' || found.text
        FROM terms_{language} AS found
        JOIN passages ON passages.id = found.rowid JOIN documents ON documents.path = passages.path
        WHERE terms_{language} MATCH ? ORDER BY bm25(terms_{language}) LIMIT {CANDIDATES}"""  # noqa: S608 — a language, and a number of ours
    looked_for = " OR ".join(f'"{term}"' for term in weighed.named)
    return [_Candidate(*row) for row in connection.execute(statement, (looked_for,))]


def _judged(question: Asked, weighed: _Weighed, candidate: _Candidate, language: Language) -> tuple[float, Match]:
    title = frozenset(candidate.title_terms.split())
    present = title.union(candidate.other_terms.split())
    coverage = _share(weighed.named, present)
    heading = every_word(candidate.heading, language)
    score = (
        coverage
        + TITLED * _share(weighed.named, title)
        + HEADED * _likeness(question.words, heading)
        + WANTED * _share(weighed.wanted, present)
        + OPENING * (candidate.position == 0 and title.issuperset(weighed.named))
    )
    return score, Match(
        name=candidate.name,
        title=candidate.title,
        uri=candidate.uri,
        heading=candidate.heading,
        text=candidate.text,
        language=language,
        coverage=coverage,
        weights={**weighed.wanted, **weighed.named},
    )


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient: 1 for the same words, 0 for none in common."""
    return 2 * len(one & other) / (len(one) + len(other))


def _share(weights: Mapping[str, float], present: Collection[str]) -> float:
    """How much of the weights is present, 0 to 1."""
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / whole if whole else 0.0
