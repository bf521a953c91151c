"""How much room a text takes as SMS, and how to make it take less without losing meaning.

A text whose characters are all in the GSM 03.38 alphabet counts in septets, any other in UTF-16 code units. One message
holds 160 septets or 70 units; a longer text is sent as parts of 153 or 67, each billed.
Sources: 3GPP TS 23.038 §6.2.1 (alphabet and extension table),
https://docs.aws.amazon.com/sms-voice/latest/userguide/sms-limitations-character.html (parts, and the most of one send).
"""

import unicodedata
from typing import Literal

import msgspec

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
    "'": "‘’‚‛′‹›",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−•‣⁃◦▪",
    "...": "…",
    "/": "⁄∕",
    " ": "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\x85\u2028\u2029",
    "": "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}",
}
_TO_GSM = str.maketrans({form: plain for plain, forms in _PLAIN_FORMS.items() for form in forms})


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
    """Typographic signs in their plain form: quotes, dashes, ellipses, bullets, spaces. Letters and symbols stay.

    The rule is the same in every text, also in one that stays UNICODE for another character: what becomes of a quote
    then depends on nothing but the quote, and a text that is cut reads alike in all its parts. Letters are composed
    (NFC), since an "é" written as two characters is in no alphabet.
    """
    return unicodedata.normalize("NFC", text.translate(_TO_GSM))
