"""What a template can do to a value. Few, in two families: `parse_*` fails loudly, `to_*` never does.

A failed `parse_*`, and a required value that is missing, make the row a rejected row that names file, line and column.
A JSON null counts as missing.
"""

from collections.abc import Callable, Mapping
from typing import NoReturn

from jinja2 import Undefined

from transformer.json_text import Json, to_json_text
from transformer.moments import to_epoch_ms


class MissingError(ValueError):
    """A required value is missing."""


class Missing(Undefined):
    """A value that the event does not have.

    It can be tested (`or`, `==`, `is defined`) and looked into, which gives the same again. Any other use is an error.
    """

    __slots__ = ()

    def _fail(self, *_: object, **__: object) -> NoReturn:
        raise MissingError("is missing")

    __str__ = __iter__ = __len__ = __hash__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __call__ = _fail
    __lt__ = __le__ = __gt__ = __ge__ = _fail


MISSING = Missing()


def optional(value: Json | Missing) -> Json:
    """The value, or "" where it is missing."""
    return "" if value is MISSING or isinstance(value, Missing) else value


def translate(value: Json | Missing, words: Mapping[str, str], otherwise: str = "") -> str:
    """The word that stands for a value in a dictionary, else `otherwise`."""
    return words.get(value, otherwise) if isinstance(value, str) else otherwise


def parse_time(value: Json | Missing) -> int:
    """Epoch milliseconds, of ISO 8601 text or an epoch in seconds or milliseconds. Fails on anything else."""
    if isinstance(value, Missing):
        raise MissingError("is missing")
    return to_epoch_ms(value)


def parse_text(value: Json | Missing) -> str:
    """A text that is neither missing nor empty."""
    if isinstance(value, Missing):
        raise MissingError("is missing")
    if not isinstance(value, str) or not value:
        raise ValueError("is not a text")
    return value


def to_text(value: Json | Missing) -> str:
    """Text as it is, a number or true/false as JSON writes it, a structure as JSON, nothing as ""."""
    if type(value) is str:
        return value
    if value is MISSING:
        return ""
    return "" if isinstance(value, Missing) or value is None else to_json_text(value)


def to_json(value: Json | Missing) -> str:
    """Compact JSON, or "" where the value is missing."""
    return "" if isinstance(value, Missing) else to_json_text(value)


def to_number(value: Json | Missing) -> int:
    """A whole number, or 0 for anything that is none."""
    return value if type(value) is int else 0


def to_array(value: Json | Missing) -> list[str]:
    """Texts: of each element, or of the one value that is no array. Missing and empty elements are left out."""
    elements = value if isinstance(value, list) else [value]
    return [text for element in elements if (text := to_text(element))]


def to_map(value: Json | Missing) -> dict[str, str]:
    """Lower-case keys and texts: of an array its first element. Missing and empty values are left out."""
    if not isinstance(value, dict):
        return {}
    return {
        name.lower(): text
        for name, content in value.items()
        if (text := content if type(content) is str else _first_text(content))
    }


def _first_text(value: Json | Missing) -> str:
    if type(value) is list:
        value = value[0] if value else ""
    return to_text(value)


def to_phone(value: Json | Missing) -> str:
    """E.164 with + where the value is digits, spaces and hyphens only; a sender id or an alias as it is."""
    text = to_text(value)
    digits = text.replace(" ", "").replace("-", "")
    return f"+{digits}" if digits.isdecimal() else text


def to_prefix(value: Json | Missing, separator: str) -> str:
    """What stands before the first separator; the whole text where there is none."""
    return to_text(value).partition(separator)[0]


def to_suffix(value: Json | Missing, separator: str) -> str:
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
        to_array,
        to_map,
        to_phone,
        to_prefix,
        to_suffix,
    )
}
