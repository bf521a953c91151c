"""Words that are not a question: consent (STOP, HELP, START and their kin) and the wish to begin anew.

A STOP is a message that means nothing else: one of the words of wordings.py, or one of its sentences, with thanks
and greetings around it or none. "Using any reasonable method" revokes consent, says 47 CFR 64.1200(a)(10), and names
some words that always do; a sentence that merely has such a word ("Can I stop by?") is a question.
"""

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Literal

from orchestrator.consent.wordings import (
    PROVIDER_HELP,
    PROVIDER_START,
    PROVIDER_STOP,
    SENTENCES,
    WORDS,
    Sentences,
    Words,
)

Command = Literal["stop", "help", "start", "restart"]

MOST_WORDS = 20  # of a sentence that revokes consent: what is longer says something else too,
MOST_CHARACTERS = 500  # and so does this; no message of one word is longer either
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"\b(\w+ )\1+")
_EVERYWHERE = "stop "  # understood in every language


def compact(text: str) -> str:
    """Letters and digits only, folded: "S.T.O.P!" and "Opt-Out" become "stop" and "optout"."""
    return "".join(_WORD.findall(folded(text)))


def folded(text: str) -> str:
    """Small letters without accents and apostrophes, in compatible forms: "ARRÊT", "ｓｔｏｐ", "don’t"."""
    if text.isascii():  # has neither accents nor other forms
        return _APOSTROPHES.sub("", text.casefold())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))  # no marks, nothing invisible
    return _APOSTROPHES.sub("", unicodedata.normalize("NFC", bare))


def consent_command(text: str) -> Command | None:
    """The consent command that the whole message is; None for everything else."""
    if len(text) > MOST_CHARACTERS:
        return None
    if command := _by_word().get(compact(text)):
        return command
    words = _WORD.findall(folded(text))
    if not 1 < len(words) <= MOST_WORDS:
        return None
    sentence = _REPEATED.sub(r"\1", " ".join((*words, "")))
    spoken = (language for language in SENTENCES if _vocabulary(language).issuperset(words))
    return next((command for each in spoken for command, one in _grammar(each) if one.fullmatch(sentence)), None)


def is_restart(text: str, restart_words: Collection[str]) -> bool:
    """Whether the whole message is one of the operator's restart words."""
    return len(text) <= MOST_CHARACTERS and compact(text) in _compacted(tuple(restart_words))


@functools.cache
def _compacted(restart_words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(compact, restart_words)) - {""}


def provider_command(text: str) -> Command | None:
    """What AWS makes of a message while it manages opt-outs: it looks at how the message begins.

    START and UNSTOP count as the whole message, since they undo what the provider keeps.
    """
    words = text.split(maxsplit=1)
    first = words[0].casefold().rstrip(".,!?;:") if words else ""
    if first in PROVIDER_STOP:
        return "stop"
    if first in PROVIDER_HELP:
        return "help"
    return "start" if len(text) <= MOST_CHARACTERS and compact(text) in PROVIDER_START else None


# ── the grammar ───────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.cache
def _by_word() -> dict[str, Command]:
    return {word.replace("_", ""): each.command for each in WORDS for word in each.words.split()}


@functools.cache
def _vocabulary(language: Sentences) -> frozenset[str]:
    """Every word of the language's grammar: a message with any other is no sentence of it."""
    said = (each.words for command in ("stop", "start") for each in _of(language, command))
    return frozenset(
        _WORD.findall(" ".join((_EVERYWHERE, language.polite, language.besides, language.sentences, *said)))
    )


@functools.cache
def _grammar(language: Sentences) -> tuple[tuple[Command, re.Pattern[str]], ...]:
    """What is a STOP, and what a START. Each word ends in a blank."""
    return ("stop", re.compile(_stop(language))), ("start", re.compile(_asked_for(language, "start")))


def _stop(language: Sentences) -> str:
    firm = _words(word for each in _of(language, "stop") if each.firm for word in each.words.split())
    sentences = (_sentence(each) for each in language.sentences.split("- ") if each.strip())
    around = f"(?:{'|'.join(_words(f'{language.polite} {language.besides}'.split()))})*"
    core = "|".join([_EVERYWHERE, *firm, *sentences])
    return f"(?:{around}(?:{core})){{1,3}}{around}|{_asked_for(language, 'stop')}"


def _asked_for(language: Sentences, command: Command) -> str:
    """One of the words, with thanks around it."""
    said = _words(word for each in _of(language, command) for word in each.words.split())
    around = f"(?:{'|'.join(_words(language.polite.split()))})*"
    return f"{around}(?:{'|'.join(said)}){around}" if said else "(?!)"


def _of(language: Sentences, command: str) -> list[Words]:
    return [each for each in WORDS if each.language == language.language and each.command == command]


def _sentence(places: str) -> str:
    return "".join(map(_place, places.split()))


def _place(place: str) -> str:
    words = _words(place.removesuffix("?").split("|"))
    return f"(?:{'|'.join(words)})" + ("?" if place.endswith("?") else "")


def _words(words: Iterable[str]) -> list[str]:
    return [f"{re.escape(word.replace('_', ' '))} " for word in words]
