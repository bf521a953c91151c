"""The door: JSON becomes values, and values typed ones; what does not is an `EventError` that names the place."""

import json
import re
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from orchestrator.errors import EventError

T = TypeVar("T")

_SINCE, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)  # when people write to us
_MILLISECONDS = 1e11  # as seconds, the year 5138


def decoded(data: bytes | str, path: str = "the event") -> Any:
    """JSON as providers write it. Raises `EventError`.

    Phones cut emoji in half, and JSON can carry the half, which UTF-8 cannot: it becomes U+FFFD.
    """
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise EventError(path, "is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeError):
        pass  # the standard library reads a little more: lone surrogates, NaN, a byte-order mark
    try:
        return json.loads(_without_lone_surrogates(json.dumps(json.loads(data), ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise EventError(path, f"is not JSON: {error}") from error


def _without_lone_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encoded(value: object) -> bytes:
    """A value as compact JSON, in UTF-8."""
    return msgspec.json.encode(value)


def convert(value: Any, to: type[T], path: str = "", *, strict: bool = True) -> T:
    """Validate a decoded value; unless `strict`, a number may come as text. Raises `EventError`."""
    try:
        return msgspec.convert(value, to, strict=strict)
    except msgspec.ValidationError as error:
        reason, _, at = str(error).partition(" - at `$")
        where = path + at.rstrip("`")
        if missing := re.search(r"missing required field `(\w+)`", reason):
            raise EventError(f"{where}.{missing[1]}".lstrip("."), "is missing") from error
        raise EventError(where.lstrip(".") or "the event", f"is malformed: {reason}") from error


def iso_time(text: Any) -> datetime | None:
    """A time as AWS writes it, in UTC, which it is in where it names no zone; nanoseconds are cut to microseconds.

    None for what is no time, or none that a message of ours can have.
    """
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return at if _SINCE <= at < _UNTIL else None


def epoch_time(number: Any) -> datetime | None:
    """A time in seconds since 1970, now and then in milliseconds, as a number or as text; None as for `iso_time`."""
    try:
        seconds = float(number)
        at = datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if _SINCE <= at < _UNTIL else None
