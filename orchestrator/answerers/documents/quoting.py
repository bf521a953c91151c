"""The part of a passage that says best what was asked, in the passage's own words."""

import re
from collections.abc import Mapping, Sequence

from orchestrator.answerers.documents.terms import terms
from orchestrator.model import Language

# After . ! ? … and before what may begin a sentence; not after an initial or a.m., p.m.
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?<![\s.]\w\.)\s+(?=[\"“«(¿¡]?[A-Z0-9À-ÖØ-Þ])")


def quote(text: str, weights: Mapping[str, float], language: Language, max_characters: int) -> str:
    """Consecutive sentences, as many as fit, that hold most of the weighed terms; the earlier ones where several do.

    Only a single sentence that is too long is cut, after a word, and ends in an ellipsis.
    """
    text = text.strip()
    if len(text) <= max_characters:
        return text
    starts = _sentence_starts(text)
    stretches = [_stretch(text, starts, first, max_characters) for first in range(len(starts))]
    return max(stretches, key=lambda stretch: _worth(stretch, weights, language))


def _sentence_starts(text: str) -> Sequence[int]:
    """Offsets; a line is a paragraph or a list item, so a new one begins a sentence too."""
    breaks = [found.end() for found in _SENTENCE_END.finditer(text)]
    lines = [found.end() for found in re.finditer(r"\n+", text)]
    return sorted({0, *breaks, *lines})


def _stretch(text: str, starts: Sequence[int], first: int, room: int) -> str:
    """From a sentence on, whole sentences while they fit."""
    begin = starts[first]
    ends = [end for end in (*starts[first + 1 :], len(text)) if len(text[begin:end].rstrip()) <= room]
    if ends:
        return text[begin : ends[-1]].rstrip()
    words, space, _ = text[begin : begin + room].rpartition(" ")
    return (words.rstrip(" ,;:") if space else text[begin : begin + room - 1]) + "…"


def _worth(stretch: str, weights: Mapping[str, float], language: Language) -> float:
    return sum(weights.get(term, 0.0) for term in set(terms(stretch, language)))
