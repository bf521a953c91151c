"""The words of a text that say what it is about, in one form however they were written.

Documents and questions go through the same function, so a word of the one meets its other forms in the other. The
endings taken off here serve the questions in tests/questions.json as well as Snowball's stemmers, without a package.
"""

import re
from collections.abc import Iterator, Mapping

from orchestrator.language import without_accents
from orchestrator.model import Language
from orchestrator.word_lists import COURTESY_WORDS, FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_APOSTROPHE = re.compile("['’]")
# Longest first. Spanish ones are of nouns (-aciones, -as), of verbs (-ando, -amos) and of verbs with a pronoun (-arlo).
_ENDINGS: Mapping[Language, tuple[str, ...]] = {
    "en": ("ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y"),
    "es": (
        *("amientos", "amiento", "imiento", "aciones", "abamos", "aremos"),
        *("acion", "iendo", "armelo", "ando", "adas", "ados", "idas", "idos", "amos", "emos", "imos"),
        *(
            "arme",
            "erme",
            "arlo",
            "erlo",
            "irlo",
            "arla",
            "ais",
            "eis",
            "ada",
            "ado",
            "ida",
            "ido",
            "aba",
            "ban",
            "ron",
        ),
        *("ar", "er", "ir", "an", "en", "as", "es", "os", "is", "a", "e", "o", "s", "i"),
    ),
}
_SHORTEST_STEM = 3  # letters


def terms(text: str, language: Language) -> list[str]:
    """In order, repeated as in the text: lower case, without accents and endings, function words left out."""
    noise = FUNCTION_WORDS[language] | COURTESY_WORDS[language]
    return [stem(word, language) for word in _words(text) if word not in noise]


def every_word(text: str, language: Language) -> frozenset[str]:
    """The same with function words: "how long" is small talk in a text, but tells one heading from another."""
    return frozenset(stem(word, language) for word in _words(text))


def _words(text: str) -> Iterator[str]:
    return (_APOSTROPHE.sub("", word) for word in _WORD.findall(without_accents(text.lower())))


def stem(word: str, language: Language) -> str:
    """A word without its ending. `word` is lower case and has no accents."""
    for ending in _ENDINGS[language]:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return _undoubled(word.removesuffix(ending), ending)
    return word


def _undoubled(root: str, ending: str) -> str:
    """shipp(ing) → ship; but sell(s) stays."""
    doubled = ending in {"ing", "ings", "ed"} and root[-1] == root[-2] and root[-1] not in "lsz"
    return root[:-1] if doubled and len(root) > _SHORTEST_STEM else root
