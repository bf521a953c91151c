"""Times: their texts, their zones, and the letters of their formats.

https://trino.io/docs/current/functions/datetime.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from queries.embedded.values import Value, literal
from queries.trino.types import Type

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_TEXT = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*([A-Za-z+-][\w/+:-]*)?\s*"
)
TIMESTAMP_TEXT = r"\s*\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?)?\s*"
DATE_TEXT = r"\s*\d{4}-\d{1,2}-\d{1,2}\s*"


class UnknownZoneError(ValueError):
    """No time zone has this name."""


def zone_named(name: str) -> tzinfo:
    """`Europe/Madrid`, `UTC`, `+02:00`. Raises `UnknownZoneError`."""
    if match := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    if name in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise UnknownZoneError(name) from exc


def canonical(zone: str) -> str:
    """Z is UTC; +0200 is +02:00."""
    match = _OFFSET.fullmatch(zone)
    plain = f"{match[1]}{match[2]}:{match[3]}" if match else zone
    return "UTC" if plain in ("Z", "+00:00", "-00:00") else plain


def local(value: Value) -> str:
    """What a clock in its zone shows, as a TIMESTAMP; of a time without a zone, itself."""
    if not value.type.is_moment:
        return value.sql
    minutes = _minutes(value.type.zone)
    if minutes is None:
        return f"timezone({literal(value.type.zone)}, {value.sql})"
    return _later(f"timezone('UTC', {value.sql})", minutes)


def at(sql: str, zone: str) -> str:
    """The moment at which a clock in the zone shows a TIMESTAMP."""
    minutes = _minutes(zone)
    if minutes is None:
        return f"timezone({literal(zone)}, {sql})"
    return f"timezone('UTC', {_later(sql, -minutes)})"


def _minutes(zone: str) -> int | None:
    """An offset's; None for a zone by its name, which DuckDB knows."""
    if not (match := _OFFSET.fullmatch(zone)):
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


def _later(sql: str, minutes: int) -> str:
    return f"({sql} + to_minutes({minutes}))" if minutes else sql


def read_moment(text: str) -> tuple[datetime, str, int] | None:
    """A text's time, its zone ("" without one), and its digits of a second's fraction; None where it is none.

    Raises `UnknownZoneError`.
    """
    if not (match := _TEXT.fullmatch(text)):
        return None
    *parts, fraction, zone = match.groups()
    try:
        moment = datetime(*(int(part or 0) for part in parts), tzinfo=None)  # type: ignore[misc,arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    moment += timedelta(microseconds=int((fraction or "").ljust(6, "0")))
    if zone:
        moment = moment.replace(tzinfo=zone_named(zone))
    return moment, canonical(zone or ""), len(fraction or "")


def written(value: Value) -> str:
    """The time as Trino's cast to varchar writes it: so many digits of a second's fraction as the type has."""
    if value.type.name == "date":
        return f"strftime({value.sql}, '%Y-%m-%d')"
    [digits] = value.type.digits
    text = f"strftime({local(value)}, '%Y-%m-%d %H:%M:%S')"
    if digits:
        text += f" || '.' || left(strftime({local(value)}, '%f'), {digits})"
    return f"({text} || {literal(' ' + value.type.zone)})" if value.type.is_moment else f"({text})"


def rounded(sql: str, type_: Type) -> str:
    """A TIMESTAMP to milliseconds, the digits that a type has where it names none."""
    return f"date_trunc('milliseconds', {sql} + to_microseconds(500))" if type_.digits == (3,) else sql


# What Trino's letters are in strftime: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
_MYSQL: Mapping[str, str] = {
    **{letter: f"%{letter}" for letter in "abdHIjmpSWYy%"},
    "c": "%-m",
    "e": "%-d",
    "f": "%f",
    "h": "%I",
    "i": "%M",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "r": "%I:%M:%S %p",
    "s": "%S",
    "T": "%H:%M:%S",
    "W": "%A",
    "v": "%V",
    "x": "%G",
}
_UNSUPPORTED = "DUuVwX"
_PARSED = "abdcefHhIijklMmprSsTYy%"
# Of JodaTime: https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
_JODA: Mapping[str, str] = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "yy": "%y",
    "MM": "%m",
    "M": "%-m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSS": "%g",
    "a": "%p",
    "EEE": "%a",
    "E": "%a",
    "EEEE": "%A",
    "DDD": "%j",
    "D": "%-j",
    "xxxx": "%G",
    "ww": "%V",
    "e": "%u",
}


class UnknownLetterError(ValueError):
    """A format has a letter that is not supported; the message is the letter."""


def mysql_format(text: str, *, parsing: bool = False) -> str:
    """date_format's and date_parse's letters as strftime's. Raises `UnknownLetterError`."""

    def one(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in _UNSUPPORTED or (parsing and letter not in _PARSED):
            raise UnknownLetterError(f"%{letter}")
        found = _MYSQL.get(letter, letter)
        return "%n" if parsing and letter == "f" else found

    return re.sub(r"%(.)", one, text, flags=re.DOTALL)


def joda_format(text: str) -> str:
    """format_datetime's letters as strftime's. Raises `UnknownLetterError`."""

    def one(match: re.Match[str]) -> str:
        quoted, letters, _, other = match.groups()
        if letters is None:
            plain = other if quoted is None else quoted.replace("''", "'") or "'"
            return str(plain).replace("%", "%%")
        if letters not in _JODA:
            raise UnknownLetterError(letters)
        return _JODA[letters]

    return re.sub(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|(.)", one, text, flags=re.DOTALL)
