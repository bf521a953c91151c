"""Rows of the lake's tables by a few of their values, the rest as empty as the schema allows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from transformer.lake.layout import OPEN, partition
from transformer.lake.parquet import to_arrow, write_file
from transformer.schema import TABLES, ColumnType, TableName, Value, Values

HOUR = datetime(2026, 7, 1, 13, tzinfo=UTC)
_EMPTY: dict[ColumnType, Value] = {"string": "", "bigint": 0, "array<string>": [], "map<string,string>": {}}


def row(table: TableName, **values: Value) -> Values:
    complete = {column.name: _EMPTY[column.type] for column in TABLES[table].columns} | values
    TABLES[table].check(complete)
    return complete


def write(lake: Path, table: TableName, rows: Sequence[Values], hour: datetime = HOUR, name: str = "a") -> Path:
    """Put rows into the lake as one file."""
    path = lake / partition(table, hour) / f"{name}.parquet"
    write_file(path, [to_arrow(table, rows)])
    return path


def stored(lake: Path, table: TableName, column: str = "event_id") -> list[str]:
    """One column of every row of a table, sorted."""
    return sorted(value for path in files(lake, table) for value in pq.read_table(path)[column].to_pylist())


def files(lake: Path, table: TableName) -> Iterable[Path]:
    """Open files and sealed ones."""
    return sorted(path for folder in (lake, lake / OPEN) for path in (folder / table).glob("**/*.parquet"))
