"""Which language a message is in, English or Spanish, on the evidence that a text message has.

Words are known, or have an ending; both earn points. Why no detector is used: docs/decisions/0002-language.md.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import filterfalse

from orchestrator.language.words import COURTESY_WORDS, FUNCTION_WORDS, SHOP_WORDS
from orchestrator.model import Language

_READ = 2_000  # characters: who has said this much has shown a language
# A mail address is told from the beginning of its word: looked for from every character, a word costs its square.
_NOT_PROSE = re.compile(r"(?<!\S)\S[^\s@]*@\S+|https?://\S+|www\.\S+")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")  # not the E of E27
_APOSTROPHES = str.maketrans("", "", "'’")
_SPANISH_MARK = re.compile(r"[ñáéíóú¿¡]")
_IN_NAMES = frozenset({"el", "la", "las", "los", "de", "del", "the"})  # Los Angeles, El Faro: said in either language
# Spanish words mostly end in a vowel, or n, s, r after one; English ones in the other consonants.
_ENDING: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?:[bcfghkmptvwxy]s?|ed|ers?|ee|ble|be|ture|ions?|ll|ss)$"),
    "es": re.compile(r"(?:[ao]s?|[aei][nr]|[aei]rme|ones|ores|dad|ez|eis|ais|iste)$"),
}


def detect(text: str, previous: Language | None, default: Language) -> Language:
    """The language of `text`; where it shows none, `previous` (the conversation's so far), else `default`.

    One weak sign is not enough to leave `previous`: "Los Angeles" is an answer in English too.
    """
    prose = _NOT_PROSE.sub(" ", unicodedata.normalize("NFC", text[:_READ]).lower().translate(_APOSTROPHES))
    words = _WORD.findall(without_accents(prose))
    english = _points(words, "en") + (previous == "en")
    spanish = _points(words, "es") + (previous == "es") + 2 * len(_SPANISH_MARK.findall(prose))
    if english == spanish:
        return previous or default
    return "en" if english > spanish else "es"


def without_accents(text: str) -> str:
    """Marks that stand by themselves go first: bringing a run of them into order costs its square."""
    return unmarked(unicodedata.normalize("NFD", unmarked(text)))


def unmarked(text: str) -> str:
    """Without the marks that stand behind their letters; what is one character with its mark stays."""
    return text if text.isascii() else "".join(filterfalse(unicodedata.combining, text))


def _points(words: list[str], language: Language) -> int:
    """Two for a word of this language alone, one for an article or for an ending where the word is in no list."""
    known, foreign = _KNOWN[language], _KNOWN["es" if language == "en" else "en"]
    points = 0
    for word in words:
        if word in known:
            points += 0 if word in foreign else 1 if word in _IN_NAMES else 2
        elif word not in foreign and len(word) > 3 and _ENDING[language].search(word):
            points += 1
    return points


_KNOWN: Mapping[Language, frozenset[str]] = {
    language: FUNCTION_WORDS[language] | COURTESY_WORDS[language] | SHOP_WORDS[language] for language in FUNCTION_WORDS
}
