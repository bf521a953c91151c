"""Times along an axis: each in its place, also those that no row names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queries.result import Cell

MOST_HOURS = 14 * 24  # more of them than this are hard to read, and are added up to days where they can be
MOST_PLACES = 5000
_HOUR = re.compile(r"\d{4}/\d{2}/\d{2}/\d{2}")


@dataclass(frozen=True, slots=True)
class Times:
    """A label for each cell, and the labels of all hours or days from the first cell to the last."""

    labels: tuple[str, ...]
    places: tuple[str, ...]


def is_time(cell: Cell) -> bool:
    """A date, a time, or text like 2026/07/01/13 that is in the calendar."""
    return _moment(cell) is not None


def time_label(moment: datetime) -> str:
    """To the minute, or the day alone at midnight."""
    return moment.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")


def times(cells: Sequence[Cell], *, addable: bool) -> Times | None:
    """None where the cells are not all whole days, or all whole hours. Many hours become days where they are addable:
    where numbers of the same day may be added up."""
    moments = [_moment(cell) for cell in cells]
    known = [moment for moment in moments if moment is not None]
    if not known or len(known) < len(moments) or any(moment.minute or moment.second for moment in known):
        return None
    step = timedelta(hours=1) if any(moment.hour for moment in known) else timedelta(days=1)
    if addable and (max(known) - min(known)) / step > MOST_HOURS:
        known, step = [moment.replace(hour=0) for moment in known], timedelta(days=1)
    first, count = min(known), (max(known) - min(known)) // step + 1
    if count > MOST_PLACES:
        return None
    places = tuple(time_label(first + number * step) for number in range(count))
    return Times(tuple(map(time_label, known)), places)


def _moment(cell: Cell) -> datetime | None:
    match cell:
        case datetime():
            return cell.replace(tzinfo=None)
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - the zone is the column's, UTC in ours
        case str() if _HOUR.fullmatch(cell):
            return _hour(cell)
        case _:
            return None


def _hour(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y/%m/%d/%H")  # noqa: DTZ007 - UTC, as all hours of the lake
    except ValueError:
        return None
