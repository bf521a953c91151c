"""A question taken apart: what it names, and what kind of answer it wants.

"how much is a return label" names a return label and a cost; "how long does shipping take" names shipping and wants
days, which a good answer may yet call by another name.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from orchestrator.answerers.terms import every_word, terms
from orchestrator.language import without_accents
from orchestrator.model import Language


class Asked(msgspec.Struct, frozen=True):
    """A question in terms (see terms.py)."""

    named: Sequence[str]  # what a passage has to mention
    wanted: Sequence[str]  # what a good one may mention
    words: frozenset[str]  # every word of the question, and of the one it follows up


class _Phrase(msgspec.Struct, frozen=True):
    """Words that ask, and a word that answers them."""

    asks: re.Pattern[str]
    answer: str
    names: bool = False  # whether a passage without that word is no answer


_PHRASES: Mapping[Language, tuple[_Phrase, ...]] = {
    "en": (
        _Phrase(re.compile(r"\bhow much\b"), "cost", names=True),
        _Phrase(re.compile(r"\b(?:how (?:long|fast|soon|many days)|when)\b"), "days"),
        _Phrase(re.compile(r"\bwhat time\b"), "open"),
    ),
    "es": (
        _Phrase(re.compile(r"\bcuanto (?:es|vale|sale)\b"), "cuesta", names=True),
        _Phrase(re.compile(r"\b(?:cuanto tiempo|cuando)\b|\bcuanto (?=tarda)"), "dias"),
        _Phrase(re.compile(r"\ba (?:que|q) hora\b"), "abre"),
    ),
}
_GREETING = re.compile(r"\bbuen[ao]s (?:dias|tardes|noches)\b")  # its words alone are not small talk
_FOLLOWS = re.compile(r"\s*[¿¡]?\s*(?:and|or|but|what about|y|o|pero|que tal)\b")
_CLAUSE_END = re.compile(r"[.,;:!?/\n]+")


def asked(question: str, language: Language, before: str = "") -> Asked:
    """`before` is the question asked before, or "". It counts where this one follows it up: "and how much?"."""
    own, earlier = _read(question, language), _read(before, language)
    if _topic(own) and not _FOLLOWS.match(without_accents(question.lower())):
        return own
    return Asked(
        named=own.named if _topic(own) or not own.wanted else [*_topic(earlier), *own.named],
        wanted=own.wanted or earlier.wanted,
        words=own.words | earlier.words,
    )


def _topic(question: Asked) -> Sequence[str]:
    """What it is about, apart from the kind of answer it wants."""
    return [term for term in question.named if term not in question.wanted]


def _read(question: str, language: Language) -> Asked:
    """A question by itself."""
    plain = _GREETING.sub(" ", without_accents(question.lower()))
    named: list[str] = []
    wanted: list[str] = []
    for phrase in _PHRASES[language]:
        plain, count = phrase.asks.subn(" ", plain)
        if count:
            answer = terms(phrase.answer, language)
            wanted += answer
            named += answer if phrase.names else []
    return Asked([*terms(plain, language), *named], wanted, every_word(question, language))


def clauses(question: str) -> list[str]:
    """The parts of a question between marks; none where there is but one."""
    parts = [part.strip() for part in _CLAUSE_END.split(question) if part.strip()]
    return parts if len(parts) > 1 else []
