"""An answer as a table of texts: numbers with separators and as many decimals as their column needs, times in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

import msgspec

from infra.operating.report.texts import visible
from queries.charts.units import Unit, short, unit_of
from queries.charts.values import Drawing
from queries.result import Cell, Result

MOST_ROWS = 50
_LONG = 24  # characters that make a word an identifier, and words a long text


@dataclass(frozen=True, slots=True)
class Heading:
    """`unit` stands below the name; `kind` is number, time, text, code (an identifier) or long (many words)."""

    name: str
    unit: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """`total` rows there are; those in `rows` may be the first of them."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def table(result: Result, meanings: Mapping[str, str]) -> Table:
    """The first rows of an answer."""
    kept = result.rows[:MOST_ROWS]
    units = [unit_of(meanings.get(name, "")) for name in result.column_names]
    columns = [[row[index] for row in kept] for index in range(len(units))]
    texts = [_column(cells, unit) for cells, unit in zip(columns, units, strict=True)]
    headings = tuple(
        Heading(readable(name, unit), _unit(cells, unit), _kind(cells))
        for name, cells, unit in zip(result.column_names, columns, units, strict=True)
    )
    return Table(headings, tuple(zip(*texts, strict=True)), len(result.rows))


def table_of_drawings(drawings: Sequence[Drawing]) -> Table:
    """Every number that is drawn: a row for each place, a column for each series. All drawings have the same places."""
    columns = [(drawing, series) for drawing in drawings for _, series in drawing.lines]
    headings = [
        Heading(
            " ".join(filter(None, [readable(series.name), readable(drawing.title, drawing.unit)])),
            short(drawing.unit),
            "number",
        )
        for drawing, series in columns
    ]
    texts = [_column([_whole(value) for value in series.values], drawing.unit) for drawing, series in columns]
    places = drawings[0].places
    rows = tuple(zip(map(visible, places), *texts, strict=True))
    return Table((Heading("time", "UTC", "time"), *headings), rows, len(rows))


def readable(name: str, unit: Unit = "") -> str:
    """A column's name as words, without the unit that stands beside it."""
    return name.removesuffix(f"_{short(unit)}").replace("_", " ")


def _whole(value: float | None) -> Cell:
    return int(value) if value is not None and value == int(value) else value


def _column(cells: Sequence[Cell], unit: Unit) -> list[str]:
    decimals = _decimals([abs(float(cell)) for cell in cells if _is_number(cell)], cells, unit)
    return [_text(cell, unit, decimals) for cell in cells]


def _decimals(sizes: Sequence[float], cells: Sequence[Cell], unit: Unit) -> int:
    """One number for the whole column, so that points stand below each other."""
    smallest = min((size for size in sizes if size), default=1.0)
    match unit:
        case "0 to 1":
            return 1 if max(sizes, default=0.0) >= 0.01 or not any(sizes) else 3
        case "US dollars":
            return 2 if smallest >= 0.1 else 4 if smallest >= 0.001 else 6
        case _:
            return 0 if all(isinstance(cell, int) for cell in cells if cell is not None) else 1


def _is_number(cell: Cell) -> TypeGuard[int | float | Decimal]:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _text(cell: Cell, unit: Unit, decimals: int) -> str:
    match cell:
        case None:
            return "–"
        case bool():
            return "yes" if cell else "no"
        case int() | float() | Decimal():
            return f"{float(cell) * (100 if unit == '0 to 1' else 1):,.{decimals}f}"
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case _:
            is_json = isinstance(cell, list | dict)
            return visible(msgspec.json.encode(cell, enc_hook=str).decode() if is_json else str(cell))


def _unit(cells: Sequence[Cell], unit: Unit) -> str:
    return "UTC" if any(isinstance(cell, datetime) for cell in cells) else short(unit)


def _kind(cells: Sequence[Cell]) -> str:
    there = [cell for cell in cells if cell is not None]
    if there and all(map(_is_number, there)):
        return "number"
    if any(isinstance(cell, date) for cell in there):
        return "time"
    wordy = [cell for cell in there if isinstance(cell, str) and len(cell) > _LONG]
    return "text" if not wordy else "long" if any(" " in cell for cell in wordy) else "code"
