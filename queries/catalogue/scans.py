"""What a question reads: a line of a catalogue file's header. What it reads is what Athena charges for.

    -- scans: events from 1 hour before to 3 days after; conversations

Each table is read in the hours of arrival from `from_hour` to `until_hour`, and in so many before and after.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

_SCAN = re.compile(r"(\w+)(?: from (\d+) (hour|day)s? before)?(?: to (\d+) (hour|day)s? after)?")
_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Scan:
    """The hours of one table: `before` and `after` widen what the parameters say."""

    table: str
    before: timedelta
    after: timedelta


def read_scans(text: str) -> tuple[Scan, ...] | None:
    """None when the text is not as above."""
    matches = [_SCAN.fullmatch(part.strip()) for part in text.split(";")]
    if not all(matches):
        return None
    return tuple(Scan(match[1], _span(match[2], match[3]), _span(match[4], match[5])) for match in matches if match)


def _span(number: str | None, unit: str | None) -> timedelta:
    return int(number) * _UNITS[unit] if number and unit else timedelta()
