"""Which passages answer a question, and how much of the question they cover.

BM25 finds candidates. They are judged by `coverage`: the share of the question's terms that a passage mentions, each
weighed by its rarity. A term that no document has weighs most, so a question about something else is covered badly
however many common words it shares: the number means the same for every question, which a BM25 score does not.
Which of the passages that cover it answers it, its heading tells best.
"""

import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from orchestrator.answerers.documents.questions import QuestionTerms, question_terms
from orchestrator.answerers.documents.terms import every_term
from orchestrator.answerers.documents.vocabulary import Vocabulary
from orchestrator.model import Language

_SENTENCE_END = re.compile(r"[.!?¿¡]+")
CANDIDATES = 50  # passages that BM25 hands on to be judged
# What ranks passages beside coverage, tuned on tests/questions.json.
TITLED = 0.1  # what the question names, in the document's title
OPENING = 0.15  # the same, of a document's first passage ("opening hours?")
HEADED = 0.5  # a heading that reads like the question
WANTED = 0.15  # what an answer to such a question says


class Match(msgspec.Struct, frozen=True):
    """A passage and what it has of the question."""

    passage: int  # its number in the index
    name: str  # of its document
    title: str
    uri: str
    heading: str
    text: str
    language: Language
    coverage: float  # 0 to 1
    rank: float  # what orders those that cover it: coverage, and how its heading and title read, 0 to 1.9
    weights: Mapping[str, float]  # of the terms looked for


def matches(
    connection: sqlite3.Connection, text: str, language: Language, before: str, vocabulary: Vocabulary
) -> list[Match]:
    """Best first. Empty where the question names nothing, or nothing that a document mentions."""
    question = question_terms(text, language, before, vocabulary.spelt)
    if not question.named:
        return []
    candidates = _candidates(connection, question.named, language)
    headings = [_sentences(candidate.heading, language) for candidate in candidates]
    weights = vocabulary.weights({*question.words, *question.named, *question.wanted}.union(*chain(*headings)))
    found = [
        _judged(question, weights, candidate, heading, language)
        for candidate, heading in zip(candidates, headings, strict=True)
    ]
    return sorted(found, key=lambda match: -match.rank)  # equal ones stay as BM25 had them


class _Candidate(msgspec.Struct, frozen=True, array_like=True):
    passage: int
    name: str
    title: str
    uri: str
    position: int  # in its document, from 0
    heading: str
    text: str
    title_terms: str
    other_terms: str


def _candidates(connection: sqlite3.Connection, named: Iterable[str], language: Language) -> list[_Candidate]:
    """Terms are letters and digits alone; the quotes keep AND, OR, NOT and NEAR from being operators."""
    statement = f"""
        SELECT passages.id, documents.name, documents.title, documents.uri, passages.position, passages.heading,
            passages.text, found.title, found.heading || ' ' || found.text
        FROM terms_{language} AS found
        JOIN passages ON passages.id = found.rowid JOIN documents ON documents.path = passages.path
        WHERE terms_{language} MATCH ? ORDER BY bm25(terms_{language}) LIMIT {CANDIDATES}"""  # noqa: S608 — a language, and a number of ours
    looked_for = " OR ".join(f'"{term}"' for term in named)
    return [_Candidate(*row) for row in connection.execute(statement, (looked_for,))]


def _judged(
    question: QuestionTerms,
    weights: Mapping[str, float],
    candidate: _Candidate,
    heading: Sequence[frozenset[str]],
    language: Language,
) -> Match:
    title = frozenset(candidate.title_terms.split())
    present = title.union(candidate.other_terms.split())
    coverage = _share(question.named, present, weights)
    rank = (
        coverage
        + (TITLED if candidate.position else OPENING) * _share(question.named, title, weights)
        + HEADED * max((_likeness(question.words, asks, weights) for asks in heading), default=0.0)
        + WANTED * _share(question.wanted, present, weights)
    )
    return Match(
        passage=candidate.passage,
        name=candidate.name,
        title=candidate.title,
        uri=candidate.uri,
        heading=candidate.heading,
        text=candidate.text,
        language=language,
        coverage=coverage,
        rank=rank,
        weights={term: weights[term] for term in (*question.named, *question.wanted)},
    )


def _sentences(heading: str, language: Language) -> list[frozenset[str]]:
    """A heading may ask in more than one way: "When are you open? What are your hours?"."""
    return [frozenset(every_term(part, language)) for part in _SENTENCE_END.split(heading) if part.strip()]


def _likeness(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """Dice's coefficient, weighed: 1 for the same words, 0 for none in common."""
    return 2 * _sum(one & other, weights) / (_sum(one, weights) + _sum(other, weights))


def _share(looked_for: Collection[str], present: Collection[str], weights: Mapping[str, float]) -> float:
    """How much of what is looked for is present, 0 to 1."""
    whole = _sum(looked_for, weights)
    return _sum((term for term in looked_for if term in present), weights) / whole if whole else 0.0


def _sum(terms: Iterable[str], weights: Mapping[str, float]) -> float:
    return sum(weights[term] for term in terms)
