"""Cuts a text into parts that a provider accepts, where a reader would.

Cut points, best first: a paragraph, a line, a sentence, a word, a grapheme cluster. The first three count while they
leave the part at least half full; then the last word, so that neither a word nor a URL is cut which fits whole into a
part; and inside what does not, between clusters: never within an emoji or an accented letter, unless a single one is
larger than a part.
"""

from collections.abc import Callable, Iterator

import regex

_JOINED = r"[\p{GCB=EX}\p{GCB=SM}\p{GCB=ZWJ}]"  # belongs to the character before it
# Blanks, but for those that keep words together and those that carry an accent.
_GAP = regex.compile(rf"(?:\R|[^\S\r\n\u00a0\u2007\u202f](?!{_JOINED}))+")
_PARAGRAPH = regex.compile(r"(?=\R[^\S\r\n]*\R)")
_LINE = regex.compile(r"(?=\R)")
# "3." begins a list item. Chinese and Japanese write no blank between sentences.
_SENTENCE = regex.compile(rf"""(?<!\b\d{{1,3}})[.!?…؟।]["'”’»)\]]*(?=\s)|[。！？][”’」』）]*(?!{_JOINED})""")
# A flag is told from its two letters; \X would count all the letters before them.
_CLUSTER = regex.compile(rf"[\ud800-\udbff][\udc00-\udfff]|\p{{GCB=RI}}{{2}}{_JOINED}*|\X")
_URL = regex.compile(r"https?://[^\s\u3000-\u303f\uff00-\uffef]+")
_LOOKAHEAD = len("\r\n\r\n")  # what follows a part, as far as it takes to see that a paragraph ends there
_FIRST_GUESS = 1000  # characters


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The parts in order, each of which `fits`, none of them blank.

    Nothing but whitespace is missing between the parts, before the first and after the last. `fits` must accept
    any single character, and every beginning of a text that it accepts. Linear in the text while a part is bounded:
    `fits` sees no more than about twice what a part holds.
    """
    return [part for part in _parts(text, fits) if part]


def _parts(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    start, length = _after_gap(text, 0), _FIRST_GUESS
    while start < len(text):
        length = _longest(text, start, fits, length)
        end = start + length
        cut = end if end == len(text) else _cut(text, start, end)
        yield text[start:cut].rstrip()
        start = _after_gap(text, cut)


def _after_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _longest(text: str, start: int, fits: Callable[[str], bool], guess: int) -> int:
    """How many characters from `start` fit: doubled from the guess, then halved into the doubt."""
    rest = len(text) - start
    low, high = 1, min(guess, rest)
    while fits(text[start : start + high]):
        if high == rest:
            return rest
        low, high = high, min(2 * high, rest)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[start : start + middle]) else (low, middle)
    return low


def _cut(text: str, start: int, end: int) -> int:
    """Where to end the part that begins at `start` and can reach as far as `end`."""
    for boundary in (_PARAGRAPH, _LINE, _SENTENCE):
        found = _last(match.end() for match in boundary.finditer(text, start, end + _LOOKAHEAD) if match.end() <= end)
        if found - start >= (end - start) / 2:
            return found
    word = _last(gap.start() for gap in _GAP.finditer(text, start, end + _LOOKAHEAD) if gap.start() <= end)
    return word if word > start else _within_a_word(text, start, end)


def _last(positions: Iterator[int]) -> int:
    return max(positions, default=-1)


def _within_a_word(text: str, start: int, end: int) -> int:
    """The start of the cluster that `end` would cut, or of the URL."""
    cut = max(cluster.start() for cluster in _CLUSTER.finditer(text, start, end + 1))
    for url in _URL.finditer(text, start, end + 1):
        if start < url.start() < cut < url.end():
            return url.start()
    return cut if cut > start else end
