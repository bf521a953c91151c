"""From Athena's result to ours: every value comes as text, and the columns say what it is the text of.

Arrays, maps and rows come as text that cannot be read back ("[a, b]"), and stay text: cast them to JSON in the SQL
where their parts are wanted. Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from queries.result import Cell, Column, Row


@dataclass(frozen=True, slots=True)
class Reading:
    """How the pages of one answer are read: `columns`, and what reads each column's texts."""

    columns: tuple[Column, ...]
    readers: tuple[Callable[[str], Cell], ...]

    @classmethod
    def of(cls, page: Mapping[str, Any]) -> "Reading":
        """By a page's `ResultSet`, each of which says the columns."""
        information = page["ResultSetMetadata"]["ColumnInfo"]
        columns = tuple(Column(each["Name"], _type(each)) for each in information)
        return cls(columns, tuple(_READERS.get(each["Type"], _text) for each in information))

    def rows(self, page: Mapping[str, Any], *, is_first: bool = False) -> tuple[Row, ...]:
        """The first row of a question's answer repeats the columns' names: `is_first` leaves it out."""
        texts = [tuple(datum.get("VarCharValue") for datum in row["Data"]) for row in page["Rows"]]
        if is_first and texts and texts[0] == tuple(column.name for column in self.columns):
            texts = texts[1:]
        return tuple(_cells(row, self.readers) for row in texts)


def _cells(row: Sequence[str | None], readers: Sequence[Callable[[str], Cell]]) -> tuple[Cell, ...]:
    return tuple(None if text is None else read(text) for text, read in zip(row, readers, strict=True))


def _type(column: Mapping[str, Any]) -> str:
    """As Athena's own SQL spells it."""
    match column["Type"]:
        case "decimal":
            return f"decimal({column['Precision']},{column['Scale']})"
        case "float":
            return "real"
        case "timestamp":
            return "timestamp(3)"
        case "timestamp with time zone":
            return "timestamp(3) with time zone"
        case other:
            return str(other)


def _text(text: str) -> Cell:
    return text


def _boolean(text: str) -> Cell:
    return text == "true"


def _aware(text: str) -> Cell:
    """2026-07-01 12:00:00.000 UTC; the zone may be a region, or +02:00."""
    moment, _, zone = text.rpartition(" ")
    if zone[0] in "+-":
        return datetime.fromisoformat(moment + zone)
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


_READERS: Mapping[str, Callable[[str], Cell]] = {
    "boolean": _boolean,
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "float": float,
    "double": float,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamp with time zone": _aware,
    "varbinary": bytes.fromhex,
}
