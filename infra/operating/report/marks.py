"""A drawing as marks: bars, lines and ticks, with their places as parts of the whole, for any canvas.

Lengths and places are 0 to 1, from the left and from below. A mark's `style` is the number of its colour.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from queries.charts.scale import ticks
from queries.charts.units import shown
from queries.charts.values import Drawing, Series

MOST_SERIES = 6  # as many colours as people can tell apart
CHANNELS = {"text": 0, "sms": 0, "email": 1, "whatsapp": 2, "voice": 3, "media": 4}  # the same in every picture
MOST_BARS = 24
MOST_GROUPS = 12
MOST_DOTS = 31  # beyond, the points of a line are not marked
MOST_TICKS = 8
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?")


@dataclass(frozen=True, slots=True)
class Tick:
    """A number or a name beside an axis. A `minor` one can be left out where there is little room."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """`text` says what it stands for."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """Broken where there is nothing."""

    name: str
    style: int
    runs: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over one axis of times."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    dotted: bool
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """`name` is "" where there is but one series."""

    name: str
    style: int
    length: float
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one place."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from the left, the first place uppermost."""

    groups: tuple[Group, ...]
    left_out: str = ""


Marks: TypeAlias = BarChart | LineChart


def marks(drawing: Drawing) -> Marks:
    """`left_out` of what comes back says what did not fit; it is "" where all is there. Raises nothing."""
    if drawing.kind == "line" and len(drawing.places) > 1:
        return _lines(drawing)
    return _bars(drawing)


def _lines(drawing: Drawing) -> LineChart:
    numbers = ticks(drawing.values)
    low, high = numbers[0], numbers[-1]
    kept = _largest(drawing.lines)
    styles = _styles(drawing)
    last = len(drawing.places) - 1

    def point(series: Series, index: int, value: float) -> Point:
        text = f"{drawing.places[index]}, {series.name}: {shown(value, drawing.unit)}"
        return Point(index / last, (value - low) / (high - low), text)

    lines = tuple(
        Line(
            series.name,
            styles[style],
            tuple(tuple(point(series, *each) for each in run) for run in drawing.runs(series)),
        )
        for style, series in kept
    )
    up = tuple(Tick((number - low) / (high - low), shown(number, drawing.unit)) for number in numbers)
    return LineChart(lines, _across(drawing.places), up, len(drawing.places) <= MOST_DOTS, _series_left(drawing, kept))


def _bars(drawing: Drawing) -> BarChart:
    kept = _largest(tuple(enumerate(drawing.series)))
    several, styles = len(drawing.series) > 1, _styles(drawing)
    most = max(drawing.values, default=0.0) or 1.0
    places = drawing.places[: max(1, min(MOST_GROUPS, MOST_BARS // max(1, len(kept))))]

    def bars(index: int) -> tuple[Bar, ...]:
        found = [(style, series.name, series.values[index]) for style, series in kept]
        return tuple(
            Bar(name if several else "", styles[style], max(value, 0.0) / most, shown(value, drawing.unit))
            for style, name, value in found
            if value is not None
        )

    left = [f"the first {len(places)} of {len(drawing.places)}"] if len(places) < len(drawing.places) else []
    series_left = _series_left(drawing, kept)
    return BarChart(
        tuple(Group(label, bars(index)) for index, label in enumerate(places)),
        ", ".join([*left, *([series_left] if series_left else [])]),
    )


def _styles(drawing: Drawing) -> tuple[int, ...]:
    """A colour for each series: a channel's own, and for others those that no channel here has."""
    names = [each.name for each in drawing.series]
    taken = {CHANNELS[name] for name in names if name in CHANNELS}
    free = [style for style in range(MOST_SERIES) if style not in taken] or list(range(MOST_SERIES))
    others = {name: free[place % len(free)] for place, name in enumerate(n for n in names if n not in CHANNELS)}
    return tuple(CHANNELS.get(name, others.get(name, 0)) for name in names)


def _largest(series: Sequence[tuple[int, Series]]) -> tuple[tuple[int, Series], ...]:
    """Those with the largest sums, in the order they had."""
    by_size = sorted(series, key=lambda each: -sum(value or 0.0 for value in each[1].values))
    kept = {index for index, _ in by_size[:MOST_SERIES]}
    return tuple(each for each in series if each[0] in kept)


def _series_left(drawing: Drawing, kept: Sequence[tuple[int, Series]]) -> str:
    count = len(drawing.lines) if drawing.kind == "line" else len(drawing.series)
    return f"the {len(kept)} largest of {count} series" if len(kept) < count else ""


def _across(places: Sequence[str]) -> tuple[Tick, ...]:
    """Names of some places: of days, where there are enough of them."""
    last = len(places) - 1
    days = [index for index, place in enumerate(places) if " " not in place]
    named = days if len(days) > 2 else range(len(places))
    step = -(-len(named) // MOST_TICKS)
    return tuple(
        Tick(index / last, _short(places[index]), minor=number % 2 == 1) for number, index in enumerate(named[::step])
    )


def _short(place: str) -> str:
    """A time without its year, which the page's head has."""
    if not _TIME.fullmatch(place):
        return place
    moment = datetime.fromisoformat(place)
    return f"{moment:%H:%M}" if " " in place else f"{moment.day} {moment:%b}"
