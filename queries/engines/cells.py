"""From DuckDB's result to ours, by way of Arrow: its maps become dicts; the types are Trino's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pyarrow as pa

from queries.embedded.moments import zone_named
from queries.result import Cell, Row
from queries.trino.types import Type


@dataclass(frozen=True, slots=True)
class ArrowBatch:
    """Rows as Arrow has them. `types` are the columns'."""

    batch: pa.RecordBatch
    types: Sequence[Type]

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def rows(self) -> Sequence[Row]:
        cells = [
            _converted(type_, column.to_pylist(maps_as_pydicts="lossy"))
            for type_, column in zip(self.types, self.batch.columns, strict=True)
        ]
        return list(zip(*cells, strict=True))


def _converted(type_: Type, cells: list[Cell]) -> list[Cell]:
    convert = _CONVERTED.get(type_.name)
    return [None if cell is None else convert(type_, cell) for cell in cells] if convert else cells


def _in_its_zone(type_: Type, cell: Cell) -> Cell:
    return cast(datetime, cell).astimezone(zone_named(type_.zone))


def _days(_: Type, cell: Cell) -> Cell:
    months, days, nanoseconds = cast(tuple[int, int, int], cell)
    return timedelta(days=days + 30 * months, microseconds=nanoseconds // 1000)


def _months(_: Type, cell: Cell) -> Cell:
    """As Trino writes them: years and months, `1-2`."""
    months = cast(tuple[int, int, int], cell)[0]
    return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"


_CONVERTED: dict[str, Callable[[Type, Cell], Cell]] = {
    "timestamp with time zone": _in_its_zone,
    "interval day to second": _days,
    "interval year to month": _months,
}
