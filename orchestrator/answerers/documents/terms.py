"""The words of a text that say what it is about, in one form however they were written.

Documents and questions go through the same function, so a word of the one meets its other forms in the other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from orchestrator.answerers.documents.same_words import SAME_WORDS
from orchestrator.answerers.documents.stems import stem
from orchestrator.language.detect import without_accents
from orchestrator.language.words import CIRCUMSTANCES, SMALL_TALK
from orchestrator.model import Language

# A mail address is told from the beginning of its word: looked for from every character, a word costs its square.
_ADDRESS = re.compile(r"(?<!\S)\S[^\s@]*@\S+|https?://\S+|www\.\S+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_APOSTROPHE = re.compile("['’]")


def terms(text: str, language: Language) -> list[str]:
    """In order, repeated as in the text: lower case, without accents and endings, function words left out."""
    return [term for term in every_term(text, language) if term not in SMALL_TALK[language]]


def every_term(text: str, language: Language) -> list[str]:
    """The same with function words: "how long" is small talk in a text, but tells one heading from another."""
    return list(_in_one_form(_stems(text, language), _SAME[language]))


def is_circumstance(term: str, language: Language) -> bool:
    """A number, a time, a person: how a question came up, and seldom what it is about."""
    return term.isdigit() or term in _CIRCUMSTANCES[language]


def without_addresses(text: str) -> str:
    """Mail addresses and links tell how to reach something, not what a text is about."""
    return _ADDRESS.sub(" ", text)


def _stems(text: str, language: Language) -> list[str]:
    plain = _ORDINAL.sub(r"\1", without_addresses(without_accents(text.lower())))
    words = [_APOSTROPHE.sub("", word) for word in _WORD.findall(plain)]
    return [word if word in SMALL_TALK[language] else stem(word, language) for word in words]


_Stems = tuple[str, ...]


def _in_one_form(stems: Sequence[str], same: Mapping[_Stems, _Stems]) -> Iterator[str]:
    """What has another form is replaced by it, the longest phrase first."""
    position = 0
    while position < len(stems):
        for length in range(_LONGEST_SAID, 0, -1):
            said = tuple(stems[position : position + length])
            if said in same or length == 1:
                yield from same.get(said, said)
                position += len(said)
                break


_SAME: Mapping[Language, Mapping[_Stems, _Stems]] = {
    language: {
        tuple(_stems(said, language)): tuple(_stems(form, language))
        for form, others in forms.items()
        for said in others.split(",")
    }
    for language, forms in SAME_WORDS.items()
}
_LONGEST_SAID = max(len(said) for same in _SAME.values() for said in same)
_CIRCUMSTANCES: Mapping[Language, frozenset[str]] = {
    language: frozenset(term for word in words for term in every_term(word, language))
    for language, words in CIRCUMSTANCES.items()
}
