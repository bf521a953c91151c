"""The values a chart shows, whatever it is drawn on: a terminal, a printed page, a console.

A report's header says which columns (chart.py); for a result that nobody has described they are guessed. Where a place
comes again in a result, because further columns tell its rows apart, the values are added, if they can be.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from queries.catalogue.chart import Chart, ChartKind
from queries.charts.times import Times, is_time, time_label, times
from queries.charts.units import Unit, unit_of
from queries.result import Cell, Result

NO_MEANINGS: Mapping[str, str] = MappingProxyType({})
_ADDABLE: tuple[Unit, ...] = ("", "US dollars")
_NUMBERS = {"tinyint", "smallint", "integer", "bigint", "real", "double"}


class ChartError(ValueError):
    """This cannot be drawn. The message says why."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or the bars of one colour: a value for each place of its drawing; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One panel of a chart. `places` are the labels along the x axis; a line's are in order, and times are complete.

    `title` is the column whose numbers these are, where the chart has a panel for each; else "".
    """

    kind: ChartKind
    title: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    unit: Unit = ""
    counts: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """Every value that is there."""
        return tuple(value for each in self.series for value in each.values if value is not None)

    @property
    def lines(self) -> tuple[tuple[int, Series], ...]:
        """The series that have a line, each with its index, which says the colour in every panel. Where another counts
        something, one that is nothing but zeros has none."""
        numbered = tuple(enumerate(self.series))
        telling = tuple((index, each) for index, each in numbered if any(each.values))
        return telling if self.counts and telling else numbered

    def runs(self, series: Series) -> list[list[tuple[int, float]]]:
        """The points of one line, each with the index of its place; where a value is missing the line is broken."""
        found: list[list[tuple[int, float]]] = []
        following = -1
        for index, value in enumerate(series.values):
            if value is None:
                continue
            if index != following:
                found.append([])
            found[-1].append((index, value))
            following = index + 1
        return found


def guess_chart(result: Result) -> Chart:
    """The first column against every column of numbers; a line where the first is a time. Raises `ChartError`."""
    numbers = [column.name for column in result.columns[1:] if _holds_numbers(column.type)]
    if not numbers:
        raise ChartError("a chart needs a first column that names the rows, and a column of numbers after it")
    places = [row[0] for row in result.rows]
    kind: ChartKind = "line" if places and all(map(is_time, places)) else "bar"
    return Chart(kind, (result.columns[0].name,), tuple(numbers))


def draw(chart: Chart, result: Result, meanings: Mapping[str, str] = NO_MEANINGS) -> tuple[Drawing, ...]:
    """The panels of the chart: one with a series for each of its y columns, or one for each y column with a series for
    each value of the `series` column. `meanings` are the columns', and tell their units.

    Raises `ChartError` where a column is missing, or holds no numbers.
    """
    x = _places(chart, result)
    columns = {name: [_number(name, cell) for cell in _column(name, result)] for name in chart.y}
    units = {name: unit_of(meanings.get(name, "")) for name in chart.y}
    of = [_label(cell) for cell in _column(chart.series, result)] if chart.series else [""] * len(result.rows)
    for name in (name for name, unit in units.items() if unit not in _ADDABLE):
        _check_distinct(name, list(zip(x.labels, of, strict=True)))
    absent = 0.0 if chart.counts and chart.kind == "line" else None
    if chart.series is None:
        unit = units[chart.y[0]] if len(set(units.values())) == 1 else ""
        series = tuple(
            Series(name, _added(x.places, zip(x.labels, found, strict=True), absent)) for name, found in columns.items()
        )
        return (Drawing(chart.kind, "", x.places, series, unit, chart.counts),)
    return tuple(
        Drawing(
            chart.kind,
            name if len(columns) > 1 else "",
            x.places,
            _split(x, found, of, absent),
            units[name],
            chart.counts,
        )
        for name, found in columns.items()
    )


def _places(chart: Chart, result: Result) -> Times:
    """A line's places in order, with the times between; a bar's as the rows come."""
    columns = [_column(name, result) for name in chart.x]
    labels = _labels(columns)
    if chart.kind == "bar":
        return Times(labels, tuple(dict.fromkeys(labels)))
    found = times(columns[0], addable=chart.counts) if len(columns) == 1 else None
    return found or Times(labels, tuple(sorted(set(labels))))


def _labels(columns: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    first, *further = ([_label(cell) for cell in column] for column in columns)
    telling = [column for column in further if len(set(column)) > 1]
    return tuple(", ".join(parts) for parts in zip(first, *telling, strict=True))


def _check_distinct(name: str, places: Sequence[tuple[str, str]]) -> None:
    """Raises `ChartError` where values that cannot be added, like shares, have the same place."""
    (place, _), times_there = Counter(places).most_common(1)[0] if places else (("", ""), 0)
    if times_there > 1:
        raise ChartError(f"{name} cannot be added up, and {place:.40} has more than one")


def _split(x: Times, values: Sequence[float | None], of: Sequence[str], absent: float | None) -> tuple[Series, ...]:
    rows = list(zip(of, x.labels, values, strict=True))
    return tuple(
        Series(name, _added(x.places, [(label, value) for own, label, value in rows if own == name], absent))
        for name in sorted(set(of))
    )


def _added(
    places: Sequence[str], points: Iterable[tuple[str, float | None]], absent: float | None
) -> tuple[float | None, ...]:
    """The sum at each place; `absent` where there is no value."""
    sums: dict[str, float] = {}
    for label, value in points:
        if value is not None:
            sums[label] = sums.get(label, 0.0) + value
    return tuple(sums.get(place, absent) for place in places)


def _column(name: str, result: Result) -> list[Cell]:
    if name not in result.column_names:
        raise ChartError(f"the result has no column {name}")
    index = result.column_names.index(name)
    return [row[index] for row in result.rows]


def _number(name: str, cell: Cell) -> float | None:
    """None also for what has no place on an axis: NaN and the infinities."""
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise ChartError(f"{name} is not a number in every row: {cell!s:.40}")
    return float(cell) if math.isfinite(cell) else None


def _label(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return time_label(cell)
    return "(none)" if cell is None or cell == "" else str(cell)


def _holds_numbers(type_: str) -> bool:
    return type_ in _NUMBERS or type_.startswith("decimal")
