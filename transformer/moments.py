"""Times as providers write them, as epoch milliseconds.

SES, SNS and EventBridge write ISO 8601 with `Z`, End User Messaging Social with nanoseconds; SMS events write epoch
milliseconds; WhatsApp writes epoch seconds as text, at times milliseconds.
"""

from datetime import UTC, datetime

# Epoch seconds reach 10^11 in the year 5138, epoch milliseconds reached it in 1973.
_MILLISECONDS_FROM = 100_000_000_000
_LATEST = 253_402_300_800_000  # the year 10000


class NoTimeError(ValueError):
    """A value that tells no time."""


def to_epoch_ms(value: object) -> int:
    """Epoch milliseconds. Text without an offset is UTC. Raises `NoTimeError`."""
    if isinstance(value, str):
        return _number(int(value)) if value.isdecimal() and len(value) < 16 else _iso(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):  # a union is made anew each time
        return _number(value)
    raise NoTimeError("is not a time")


def from_datetime(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _number(value: float) -> int:
    if not 0 <= value < _LATEST:
        raise NoTimeError("is not a time")
    return round(value if value >= _MILLISECONDS_FROM else value * 1000)


def _iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NoTimeError("is not a time") from error
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
