"""How much room a text takes as SMS, and how to make it take less without losing meaning.

A text whose characters are all in the GSM 03.38 alphabet counts in septets, any other in UTF-16 code units. One message
holds 160 septets or 70 units; a longer text is sent as parts of 153 or 67, each billed.
Sources: 3GPP TS 23.038 §6.2.1 (alphabet and extension table),
https://docs.aws.amazon.com/sms-voice/latest/userguide/sms-limitations-character.html (parts, and the most of one send).
"""

import re
import unicodedata
from typing import Literal

import msgspec
import regex

Encoding = Literal["GSM", "UNICODE"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"  # sent as an escape and a second septet
_SEPTETS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
_ALPHABET = frozenset(_SEPTETS)

_WHOLE: dict[Encoding, int] = {"GSM": 160, "UNICODE": 70}
_PART: dict[Encoding, int] = {"GSM": 153, "UNICODE": 67}
_MOST: dict[Encoding, int] = {"GSM": 1530, "UNICODE": 630}  # of one SendTextMessage: more is refused as invalid

_PLAIN_FORMS = {
    "'": "‘’‚‛′‹›`´ʹʻʼʽˈ❛❜",
    '"': "“”„‟″«»ʺ❝❞〝〞〟",
    "-": "−•‣⁃◦▪●",
    "/": "⁄∕",
    "x": "×✕✖",
    ":": "∶",
    "|": "¦∣",
    "^": "ˆ",
    "~": "˜∼",
    " ": "\t\u2800\u3164\uffa0",
    "\n": "\x85",
    "": "\u034f\u2065",
}
_KNOWN = {ord(form): plain for plain, forms in _PLAIN_FORMS.items() for form in forms}
_OF_CATEGORY = {"Pd": "-", "Zs": " ", "Zl": "\n", "Zp": "\n", "Cc": "", "Cf": ""}
_SAME_IN_PLAIN = ("<wide>", "<narrow>", "<small>", "<font>", "<compat>", "<square>", "<noBreak>", "<vertical>")

# What joins or varies the sign before it: part of an emoji or of a script, invisible anywhere else.
_JOINERS = "\u200c\u200d\u20e3\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef"
_IS_JOINER = re.compile(f"[{_JOINERS}]")
_JOINS_NOTHING = re.compile(f"(?:^|(?<=[{re.escape(_BASIC + _EXTENDED)}\u0300-\u036f]))[{_JOINERS}]+")

_MANY_MARKS = regex.compile(r"\p{M}{64}")
_PIECE = 256  # characters


class _Plain(dict[int, str | int]):
    """What each character becomes, looked up as it comes; only what changes is kept."""

    def __missing__(self, code: int) -> str | int:
        plain = _plain(chr(code))
        if plain is None:
            return code
        self[code] = plain
        return plain


def _plain(character: str) -> str | None:
    """The form of a sign in the alphabet; None for one that stays: it has none, or is a letter, a symbol, an emoji."""
    if character in _ALPHABET or _IS_JOINER.match(character):
        return None
    if (plain := _OF_CATEGORY.get(unicodedata.category(character))) is not None:
        return plain
    if unicodedata.decomposition(character).startswith(_SAME_IN_PLAIN):
        spelled = unicodedata.normalize("NFKC", character).translate(_KNOWN)
        return spelled if _ALPHABET.issuperset(spelled) else None
    return None


_TO_GSM = _Plain(_KNOWN)


class Segments(msgspec.Struct, frozen=True):
    """What a text costs: `units` are septets for GSM and UTF-16 code units for UNICODE; each part is billed."""

    encoding: Encoding
    units: int
    parts: int


def encoding(text: str) -> Encoding:
    return "GSM" if _ALPHABET.issuperset(text) else "UNICODE"


def septets(text: str) -> int:
    """Septets of a GSM text, without headers. Raises `ValueError` for a character outside the alphabet."""
    try:
        return sum(map(_SEPTETS.__getitem__, text))
    except KeyError as exc:
        raise ValueError(f"{exc.args[0]!r} is not in the GSM alphabet") from exc


def segments(text: str) -> Segments:
    """Counted as a phone network packs it: neither an escaped character nor a surrogate pair straddles two parts."""
    kind = encoding(text)
    sizes = [_SEPTETS[character] if kind == "GSM" else 1 + (character > "\uffff") for character in text]
    units = sum(sizes)
    parts = 1 if units <= _WHOLE[kind] else _packed(sizes, _PART[kind])
    return Segments(kind, units, parts)


def _packed(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def fits_one_send(text: str) -> bool:
    """Whether one SendTextMessage takes it: 1530 septets or 630 UTF-16 code units."""
    kind = encoding(text)
    units = septets(text) if kind == "GSM" else len(text) + sum(character > "\uffff" for character in text)
    return units <= _MOST[kind]


def to_gsm(text: str) -> str:
    """Signs in their plain form: quotes, dashes, ellipses, bullets, spaces, full-width letters, ligatures.

    What cannot be seen goes; letters, symbols and emoji stay. The rule is the same in every text, also in one that
    stays UNICODE for another character: what becomes of a quote then depends on nothing but the quote, and a text that
    is cut reads alike in all its parts. A joiner depends on the sign before it alone: it stays where that is in no
    alphabet (an emoji, a Persian letter). Letters are composed (NFC), since an "é" written as two characters is in no
    alphabet.
    """
    plain, before = text.translate(_TO_GSM), ""
    while plain != before:  # what follows a joiner that goes may be composed with what stood before it
        before, plain = plain, _JOINS_NOTHING.sub("", _composed(plain))
    return plain


def _composed(text: str) -> str:
    """NFC. Bringing a run of marks into order costs its square: text with one longer than anybody's is composed in
    pieces, which changes no more than the order of such marks."""
    if not _MANY_MARKS.search(text):
        return unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFC", text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))
