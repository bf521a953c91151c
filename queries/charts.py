"""The values a chart shows, whatever it is drawn on: a terminal, a printed page, a console.

A report's header says which columns (chart.py); for a result that nobody has described they are guessed. Where a place
comes again in a result, because further columns tell its rows apart, the values are added.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from queries.chart import Chart, ChartKind
from queries.result import Cell, Result

_HOUR = re.compile(r"\d{4}/\d{2}/\d{2}/\d{2}")
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
    """One panel of a chart. `places` are the labels along the x axis; a line's are sorted.

    `title` is the column whose numbers these are, where the chart has a panel for each; else "".
    """

    kind: ChartKind
    title: str
    places: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """Every value that is there."""
        return tuple(value for each in self.series for value in each.values if value is not None)


def guess_chart(result: Result) -> Chart:
    """The first column against every column of numbers; a line where the first is a time. Raises `ChartError`."""
    numbers = [column.name for column in result.columns[1:] if _holds_numbers(column.type)]
    if not numbers:
        raise ChartError("a chart needs a first column that names the rows, and a column of numbers after it")
    places = [row[0] for row in result.rows]
    kind: ChartKind = "line" if places and all(map(_is_time, places)) else "bar"
    return Chart(kind, result.columns[0].name, tuple(numbers))


def draw(chart: Chart, result: Result) -> tuple[Drawing, ...]:
    """The panels of the chart: one with a series for each of its y columns, or one for each y column with a series for
    each value of the `series` column. Raises `ChartError` where a column is missing, or holds no numbers."""
    labels = [_label(cell) for cell in _column(chart.x, result)]
    places = tuple(dict.fromkeys(sorted(labels) if chart.kind == "line" else labels))
    columns = {name: [_number(name, cell) for cell in _column(name, result)] for name in chart.y}
    if chart.series is None:
        series = tuple(Series(name, _added(places, zip(labels, found, strict=True))) for name, found in columns.items())
        return (Drawing(chart.kind, "", places, series),)
    of = [_label(cell) for cell in _column(chart.series, result)]
    return tuple(
        Drawing(chart.kind, name if len(columns) > 1 else "", places, _split(places, labels, found, of))
        for name, found in columns.items()
    )


def shown(value: float) -> str:
    """A number as people read it: 12,345 or 0.0123."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.3g}"


def _split(
    places: Sequence[str], labels: Sequence[str], values: Sequence[float | None], of: Sequence[str]
) -> tuple[Series, ...]:
    rows = list(zip(of, labels, values, strict=True))
    return tuple(
        Series(name, _added(places, [(label, value) for own, label, value in rows if own == name]))
        for name in sorted(set(of))
    )


def _added(places: Sequence[str], points: Iterable[tuple[str, float | None]]) -> tuple[float | None, ...]:
    """The sum at each place; None where there is no value."""
    sums: dict[str, float] = {}
    for label, value in points:
        if value is not None:
            sums[label] = sums.get(label, 0.0) + value
    return tuple(sums.get(place) for place in places)


def _column(name: str, result: Result) -> list[Cell]:
    if name not in result.column_names:
        raise ChartError(f"the result has no column {name}")
    index = result.column_names.index(name)
    return [row[index] for row in result.rows]


def _number(name: str, cell: Cell) -> float | None:
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise ChartError(f"{name} is not a number in every row: {cell!s:.40}")
    return float(cell)


def _label(cell: Cell) -> str:
    """A time to the minute, or the day alone at midnight."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    return "(none)" if cell is None or cell == "" else str(cell)


def _is_time(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and _HOUR.fullmatch(cell) is not None)


def _holds_numbers(type_: str) -> bool:
    return type_ in _NUMBERS or type_.startswith("decimal")
