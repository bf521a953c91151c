"""What a template can do to a value. Few, in two families: `parse_*` fails loudly, `to_*` never does.

A failed `parse_*`, and a required value that is missing, make the row a rejected row that names file, line and column.
A missing value is None, and so is a JSON null.
"""

import re
from collections.abc import Callable, Mapping

from transformer.json_text import Json, to_json_text
from transformer.moments import NoTimeError, to_epoch_ms


def optional(value: Json) -> Json:
    """The value, or "" where it is missing."""
    return "" if value is None else value


def translate(value: Json, words: Mapping[str, str], otherwise: str = "") -> str:
    """The word that stands for a value in a dictionary, else `otherwise`."""
    return words.get(value, otherwise) if isinstance(value, str) else otherwise


def parse_time(value: Json) -> int:
    """Epoch milliseconds, of ISO 8601 text or an epoch in seconds or milliseconds. Fails on anything else."""
    if value is None:
        raise ValueError("is missing")
    return to_epoch_ms(value)


def parse_text(value: Json) -> str:
    """A text that is neither missing nor empty."""
    if value is None:
        raise ValueError("is missing")
    if not isinstance(value, str) or not value:
        raise ValueError("is not a text")
    return value


def to_text(value: Json) -> str:
    """Text as it is, a number or true/false as JSON writes it, a structure as JSON, nothing as ""."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value) if type(value) is int else to_json_text(value)


def to_json(value: Json) -> str:
    """Compact JSON, or "" where the value is missing."""
    return "" if value is None else to_json_text(value)


def to_number(value: Json) -> int:
    """A whole number, or 0 for anything that is not one."""
    return value if type(value) is int else 0


def to_time(value: Json) -> int | None:
    """Epoch milliseconds as `parse_time` has them, or nothing where the value is missing or tells no time."""
    try:
        return None if value is None else to_epoch_ms(value)
    except NoTimeError:
        return None


def to_array(value: Json) -> list[str]:
    """Texts: of each element, or of the one value that is no array. Missing and empty elements are left out."""
    if isinstance(value, list):
        return [text for element in value if (text := to_text(element))]
    text = to_text(value)
    return [text] if text else []


def to_map(value: Json) -> dict[str, str]:
    """Lower-case keys and texts: of an array its first element. Missing and empty values are left out."""
    texts: dict[str, str] = {}
    for name, content in value.items() if isinstance(value, dict) else ():
        if type(content) is list:
            content = content[0] if content else None  # noqa: PLW2901  # what the entry stands for
        if content is None:
            continue
        if text := content if type(content) is str else to_text(content):
            texts[name.lower()] = text
    return texts


# A number as people and WhatsApp write it: digits, and between them blanks, brackets, points, hyphens, unseen marks.
_WRITTEN = re.compile(r"[+0-9\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069]+")
_NO_DIGITS = re.compile(r"[^0-9]+")


def to_phone(value: Json, shortest: int = 5) -> str:
    """E.164 with +, however the number is written; a sender id, a user's id or an alias as it is.

    Fewer digits than `shortest` without a + are a short code, which has none: 9 where short codes occur.
    """
    text = to_text(value)
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        digits = _NO_DIGITS.sub("", text) if _WRITTEN.fullmatch(text) else ""
    is_number = len(digits) >= shortest or (digits and "+" in text)
    return f"+{digits}" if is_number else text


def to_address(value: Json) -> str:
    """The address in a mailbox, `Zoë <zoe@mail.example>`; what has no brackets as it is."""
    text = to_text(value)
    return text.rpartition("<")[2].partition(">")[0].strip() if "<" in text else text


def to_addresses(value: Json, key: str = "") -> list[str]:
    """`to_address` of each element, or of the one value that is no array; of an object, of what it has under `key`."""
    found: list[str] = []
    for element in value if isinstance(value, list) else (value,):
        if address := to_address(element.get(key) if isinstance(element, dict) else element):
            found.append(address)  # noqa: PERF401  # a comprehension costs a call
    return found


def to_own_id(value: Json) -> str:
    """An id of ours, 32 lower-case hex; "" for anything else: others put their own words where we put our ids."""
    return value if isinstance(value, str) and _OWN_ID.fullmatch(value) else ""


_OWN_ID = re.compile(r"[0-9a-f]{32}")


def to_prefix(value: Json, separator: str) -> str:
    """What stands before the first separator; the whole text where there is none."""
    return to_text(value).partition(separator)[0]


def to_suffix(value: Json, separator: str) -> str:
    """What stands after the first separator; "" where there is none."""
    return to_text(value).partition(separator)[2]


FILTERS: dict[str, Callable[..., object]] = {
    function.__name__: function
    for function in (
        optional,
        translate,
        parse_time,
        parse_text,
        to_text,
        to_json,
        to_number,
        to_time,
        to_array,
        to_map,
        to_phone,
        to_address,
        to_addresses,
        to_own_id,
        to_prefix,
        to_suffix,
    )
}
