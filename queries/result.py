"""What a question gives back, on either engine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Protocol, TypeAlias

Scalar: TypeAlias = bool | int | float | Decimal | str | bytes | date | datetime | time | timedelta | None
Cell: TypeAlias = "Scalar | list[Cell] | dict[str, Cell]"
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result. `type` is spelled as Athena spells it: `bigint`, `map(varchar, varchar)`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Result:
    """A whole answer in memory. Each row has one cell per column; two columns may share a name, as in SQL."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


class Batch(Protocol):
    """Some rows of an answer, which are counted without being made."""

    def __len__(self) -> int: ...

    def rows(self) -> Sequence[Row]:
        """Made now."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are there already, as a batch."""

    made: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.made)

    def rows(self) -> Sequence[Row]:
        return self.made


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose rows come batch by batch: of any length in little memory. To be closed, by `with` or `close`."""

    columns: tuple[Column, ...]
    batches: Iterator[Batch]
    close: Callable[[], None] = lambda: None

    def __enter__(self) -> "Answer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, most: int) -> list[Row]:
        """At most so many rows; no more are fetched."""
        found: list[Row] = []
        while len(found) < most and (batch := next(self.batches, None)) is not None:
            found.extend(batch.rows()[: most - len(found)])
        return found

    def first(self, most: int) -> tuple[list[Row], int]:
        """At most so many rows, and how many there are besides: these are counted, and not made."""
        found: list[Row] = []
        others = 0
        for batch in self.batches:
            wanted = most - len(found)
            if wanted > 0:
                found.extend(batch.rows()[:wanted])
            others += max(0, len(batch) - max(0, wanted))
        return found, others

    def whole(self) -> Result:
        """All of it, closed."""
        with self:
            return Result(self.columns, tuple(row for batch in self.batches for row in batch.rows()))


def answer_of(result: Result) -> Answer:
    """A result that is there already."""
    return Answer(result.columns, iter([Rows(result.rows)]))
