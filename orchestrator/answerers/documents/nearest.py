"""The passages nearest to a question: what the document answerer quotes one of, and a model is given a few of."""

import math
import operator
from collections.abc import Sequence
from typing import Protocol, get_args

import msgspec

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.likening import Alike
from orchestrator.answerers.documents.matching import CANDIDATES, Match
from orchestrator.answerers.documents.questions import clauses
from orchestrator.answerers.documents.terms import terms
from orchestrator.model import Language, Question

THRESHOLD = 0.55  # the score from which a passage answers; of coverage, calibrated by `python -m tests.bench.answers`
LONGEST = 1000  # characters of a question that are looked at
MOST_CLAUSES = 5  # of a question, the last ones: first comes how it came up
OF_A_CLAUSE = 1.25  # times the threshold for a part of a question: so much less is known of what the person means

# How words and meaning weigh together: the chance of each passage among all of them and "none", as learned by
# `python -m tests.bench.meaning_weights` (docs/decisions/0027-meaning-beside-words.md).
OF_COVERAGE = 4.67
OF_READING = 1.06  # of what ranks a passage beside its coverage
OF_WHOLE = 12.14
OF_HEADING = 2.75
OF_SAME_LANGUAGE = 1.13
WEIGHTS = (OF_COVERAGE, OF_READING, OF_WHOLE, OF_HEADING, OF_SAME_LANGUAGE)
NONE = 5.31
SURE = 0.5  # the chance that stands for THRESHOLD
DOUBTED = 0.15  # below it, what the words say is not believed


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
        by_words = self._by_words(question)
        evidence = self._evidence(question, by_words)
        return (_weighed(by_words, evidence, question.language) if evidence else by_words)[:n]

    def evidence(self, question: Question) -> Sequence["Evidence"]:
        """What speaks for each passage, for whoever learns how it weighs; none without a meaning."""
        return self._evidence(question, self._by_words(question))

    def _evidence(self, question: Question, by_words: Sequence[Scored]) -> list["Evidence"]:
        if not terms(question.text[:LONGEST], question.language):
            return []  # small talk has no meaning worth a passage
        meant = {each.match.passage: each for each in self._index.alike(question.text[:LONGEST], CANDIDATES)}
        said = {each.match.passage: each for each in by_words}
        return [Evidence(said.get(passage), meant.get(passage)) for passage in said | meant] if meant else []

    def _by_words(self, question: Question) -> list[Scored]:
        text = question.text[:LONGEST]
        whole, parts = self._covering([text, *clauses(text)[-MOST_CLAUSES:]], question)
        return _each_once([*parts, *whole] if _answers(parts) and not _answers(whole) else [*whole, *parts])

    def _covering(self, texts: Sequence[str], question: Question) -> tuple[list[Scored], list[Scored]]:
        """What shares words with the first of `texts`, the whole; and with any other of them, its parts."""
        before = question.history[-1].question[:LONGEST] if question.history else ""
        languages = sorted(get_args(Language), key=lambda language: language != question.language)
        found = [self._index.searches(texts, language, CANDIDATES, before) for language in languages]
        return (
            _scored_by_words([matches[0] for matches in found], 1.0),
            _scored_by_words([each for matches in found for each in matches[1:]], OF_A_CLAUSE),
        )


def _scored_by_words(found: Sequence[Sequence[Match]], dearer: float) -> list[Scored]:
    """First the best of each search, the best covered of these first; then the others as they rank.

    Of equals, those of the earlier search, which is in the question's own language, come first.
    """
    scored = [
        (place, Scored(match, match.coverage / dearer, f"{match.coverage:.0%} of the question's words"))
        for matches in found
        for place, match in enumerate(matches)
    ]
    first = sorted((each for place, each in scored if place == 0), key=lambda each: -each.score)
    return first + sorted((each for place, each in scored if place), key=lambda each: -each.match.rank)


def _answers(found: Sequence[Scored]) -> bool:
    return bool(found) and found[0].score >= THRESHOLD


def _each_once(found: Sequence[Scored]) -> list[Scored]:
    first: dict[int, Scored] = {}
    for each in found:
        first.setdefault(each.match.passage, each)
    return list(first.values())


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for a passage; at least one of the two."""

    words: Scored | None
    meaning: Alike | None

    @property
    def match(self) -> Match:
        """With its words where it shares some: they say which of its sentences to quote."""
        if self.words:
            return self.words.match
        if self.meaning:
            return self.meaning.match
        raise ValueError("nothing speaks for this passage")

    def numbers(self, asked_in: Language) -> tuple[float, float, float, float, float]:
        """As `WEIGHTS` are in order."""
        coverage, reading = (self.words.score, self.match.rank - self.match.coverage) if self.words else (0.0, 0.0)
        whole, heading = (self.meaning.whole, self.meaning.heading) if self.meaning else (0.0, 0.0)
        return coverage, reading, whole, heading, float(self.match.language == asked_in)

    def why(self, chance: float) -> str:
        return ", ".join(
            [
                self.words.why if self.words else "no word in common",
                f"meaning {self.meaning.whole:.2f} (heading {self.meaning.heading:.2f})"
                if self.meaning
                else "not near in meaning",
                f"chance {chance:.0%}",
            ]
        )


def _weighed(by_words: Sequence[Scored], evidence: Sequence[Evidence], asked_in: Language) -> list[Scored]:
    """By the chance of each. What the words alone would answer with keeps their score, unless it is doubted."""
    odds = [math.exp(sum(map(operator.mul, WEIGHTS, each.numbers(asked_in)))) for each in evidence]
    whole = math.exp(NONE) + sum(odds)
    scored = [_scored(each, odd / whole, by_words) for each, odd in zip(evidence, odds, strict=True)]
    return sorted(scored, key=lambda each: -each.score)


def _scored(evidence: Evidence, chance: float, by_words: Sequence[Scored]) -> Scored:
    score = min(1.0, chance * THRESHOLD / SURE)
    if by_words and evidence.words == by_words[0] and chance >= DOUBTED:
        score = max(score, by_words[0].score)
    return Scored(evidence.match, score, evidence.why(chance))
