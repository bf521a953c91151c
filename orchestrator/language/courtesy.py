"""Messages that greet, thank or take their leave, and ask nothing, in the languages of the fixed texts."""

# ruff: noqa: SIM905 — words in quotes and commas could not be read

import re
from collections.abc import Mapping
from typing import Literal

from orchestrator.language.detect import without_accents

Courtesy = Literal["hello", "thanks", "goodbye"]

LONGEST = 80  # characters: who writes more has something to say
_APOSTROPHE = re.compile("['’]")
_WORDS = re.compile(r"[^\W_]+")
_SAID: Mapping[Courtesy, str] = {
    "hello": "hi hello hey hiya morning afternoon evening greetings hola buenas alo saludos",
    "thanks": "thanks thank thx ty cheers gracias grax ok okay great perfect cool vale perfecto genial",
    "goodbye": "bye goodbye adios chao chau",
}
_KINDS: Mapping[str, Courtesy] = {word: kind for kind, words in _SAID.items() for word in words.split()}
_LEAVING = re.compile(r"\b(?:see (?:you|ya)|good night|take care|hasta (?:luego|pronto|manana|la vista)|nos vemos)\b")
_GREETING = re.compile(r"\b(?:buen(?:os)? dias?|buenas (?:tardes|noches)|que tal|how are you(?: doing)?)\b")
_AROUND = frozenset(
    """
    a again all and everyone everything for good help is lot lots many much so team thats that the there very you your
    amable ayuda bien de mil muchas muchisimas muy nada por su toda todo todos tu y
    """.split()
)


def courtesy_of(text: str) -> Courtesy | None:
    """What the whole message is; None for one that says anything else. "Thanks, bye" takes its leave."""
    if len(text) > LONGEST:
        return None
    plain = _APOSTROPHE.sub("", without_accents(text.lower()))
    rest, leaving = _LEAVING.subn(" ", plain)
    rest, greeting = _GREETING.subn(" ", rest)
    words = set(_WORDS.findall(rest))
    if words - _KINDS.keys() - _AROUND:
        return None
    kinds = {_KINDS[word] for word in words & _KINDS.keys()}
    if leaving or "goodbye" in kinds:
        return "goodbye"
    if "thanks" in kinds:
        return "thanks"
    return "hello" if greeting or kinds else None
