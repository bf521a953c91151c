"""The door: JSON becomes values, and values typed ones; what does not is an `EventError` that names the place."""

import json
import re
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from orchestrator.errors import EventError

T = TypeVar("T")


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
    """Compact JSON."""
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
    """A time as AWS writes it, aware; nanoseconds are cut to microseconds. None for what is no time."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
