"""A question taken apart: what it names, and what kind of answer it wants.

"how much is a return label" names a return label and a cost; "how long does shipping take" names shipping and wants
days, which a good answer may yet call by another name.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from orchestrator.answerers.documents.terms import every_term, terms, without_addresses
from orchestrator.language.detect import without_accents
from orchestrator.model import Language


class QuestionTerms(msgspec.Struct, frozen=True):
    """A question in terms (see terms.py)."""

    named: frozenset[str]  # what a passage has to mention
    wanted: frozenset[str]  # what a good one may mention
    words: frozenset[str]  # every word of the question, and of the one it follows up

    @property
    def topic(self) -> frozenset[str]:
        """What it is about, apart from the kind of answer it wants."""
        return self.named - self.wanted


# Words that ask, and a word that answers them.
_ANSWERED_WITH: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "en": {
        "cost": re.compile(r"\bhow much\b"),
        "days": re.compile(r"\b(?:how (?:long|fast|soon|many days)|when)\b"),
        "open": re.compile(r"\bwhat time\b"),
    },
    "es": {
        "cuesta": re.compile(r"\bcuanto (?:es|vale|sale|cuesta)\b"),
        "dias": re.compile(r"\b(?:cuanto tiempo|cuando|cuanto tarda)\b"),
        "abre": re.compile(r"\ba (?:que|q) hora\b"),
    },
}
_GREETING = re.compile(r"\bbuen[ao]s (?:dias|tardes|noches)\b")  # its words alone are not small talk
_FOLLOWS = re.compile(r"\s*[¿¡]?\s*(?:and|or|but|what about|y|o|pero|que tal)\b")
_CLAUSE_END = re.compile(r"[.,;:!?/\n]+")


def question_terms(question: str, language: Language, before: str, spelt: Callable[[str], str]) -> QuestionTerms:
    """`before` is the question asked before, or "". It counts where this one follows it up: "and how much?".

    `spelt` gives a term as the documents spell it.
    """
    own = _read(question, language, spelt)
    if own.topic and not _FOLLOWS.match(without_accents(question.lower())):
        return own
    earlier = _read(before, language, spelt)
    return QuestionTerms(
        named=own.named if own.topic or not own.wanted else earlier.topic | own.named,
        wanted=own.wanted or earlier.wanted,
        words=own.words | (earlier.words - earlier.wanted if own.wanted else earlier.words),
    )


def _read(question: str, language: Language, spelt: Callable[[str], str]) -> QuestionTerms:
    """The terms of a question, without those of the one before."""
    plain = _GREETING.sub(" ", without_accents(question.lower()))
    kinds = [answer for answer, asks in _ANSWERED_WITH[language].items() if asks.search(plain)]
    return QuestionTerms(
        named=frozenset(map(spelt, terms(plain, language))),
        wanted=frozenset(terms(" ".join(kinds), language)),
        words=frozenset(map(spelt, every_term(plain, language))),
    )


def clauses(question: str) -> list[str]:
    """The parts of a question between marks; none where there is but one."""
    parts = [part.strip() for part in _CLAUSE_END.split(without_addresses(question)) if part.strip()]
    return parts if len(parts) > 1 else []
