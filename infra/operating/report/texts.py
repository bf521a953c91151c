"""A customer's words on a page: all of them, and none that acts on the page or on the words around."""

import unicodedata

_DIRECTING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn text around
_LAYOUT = frozenset("\n\t")


def visible(text: str) -> str:
    """Control characters, and those that change the direction of text, as escapes; line ends stay. Emoji stay whole."""
    return "".join(_escaped(character) if _acts(character) else character for character in text)


def cut(text: str, most: int = 38) -> str:
    """At most so many columns, a wide character taking two; what is left out is an ellipsis."""
    room = most
    for index, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return f"{text[: max(0, index - 1)]}…"
    return text


def _acts(character: str) -> bool:
    return character in _DIRECTING or (unicodedata.category(character) in ("Cc", "Cs") and character not in _LAYOUT)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
