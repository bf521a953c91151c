"""What a question gives back, on either engine."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | Decimal | str | bytes | date | datetime | time | timedelta | None
Cell: TypeAlias = "Scalar | list[Cell] | dict[str, Cell]"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result. `type` is spelled as Athena spells it: `bigint`, `map(varchar, varchar)`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Result:
    """A whole answer in memory. Each row has one cell per column; two columns may share a name, as in SQL."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
