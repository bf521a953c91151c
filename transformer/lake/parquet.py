"""Rows as Parquet files, and back.

Compression, measured with pyarrow 25 on 3,000 mixed events with random ids, bytes per byte of their raw JSON and time
to write: none 1.09 (48 ms), snappy 0.26 (27 ms), gzip 0.13 (100 ms), zstd 0.11 (12 ms), zstd without dictionaries 0.10
(9 ms): only columns with few values have one. Statistics are kept for every column, by which readers skip row groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from transformer.lake.disk import write_whole
from transformer.schema import TABLES, ColumnType, TableName, Value, Values

ROW_GROUP_BYTES = 64 * 1024 * 1024  # of rows in memory: what merging many files holds at once

_TYPES: Mapping[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "array<string>": pa.list_(pa.string()),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
# Nearly every row has a value of its own: a dictionary would only be another copy.
_ALL_DIFFERENT = {"event_id", "message", "message_id", "original", "raw_event", "turn_id"}
_SCHEMAS: Mapping[TableName, pa.Schema] = {
    table.name: pa.schema([(column.name, _TYPES[column.type]) for column in table.columns]) for table in TABLES.values()
}


class NewerFileError(ValueError):
    """A file has columns that this version does not know. Merging it would lose them."""


def to_arrow(table: TableName, rows: Sequence[Values]) -> pa.Table:
    """Rows of one table, whose columns and types the transformer has checked."""
    columns = [
        pa.array([_cell(row[column.name]) for row in rows], _TYPES[column.type]) for column in TABLES[table].columns
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMAS[table])


def _cell(value: Value) -> Value | list[tuple[str, str]]:
    """Arrow builds maps from pairs."""
    return list(value.items()) if isinstance(value, dict) else value


def write_file(path: Path, pieces: Iterable[pa.Table]) -> None:
    """Write pieces of one table as one file. It is on disk, under its name, on return. Raises `OSError`."""
    whole = pa.concat_tables(pieces)

    def write(file: BinaryIO) -> None:
        with _writer(file, whole.schema) as writer:
            writer.write_table(whole)

    write_whole(path, write)


def write_merged(file: BinaryIO, table: TableName, pieces: Iterable[pa.Table]) -> None:
    """Write any number of pieces of one table as one file, in row groups of a useful size."""
    with _writer(file, _SCHEMAS[table]) as writer:
        group: list[pa.Table] = []
        size = 0
        for piece in pieces:
            group.append(piece)
            size += piece.nbytes
            if size >= ROW_GROUP_BYTES:
                writer.write_table(pa.concat_tables(group))
                group, size = [], 0
        if group:
            writer.write_table(pa.concat_tables(group))


def _writer(file: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    dictionaries = [name for name in schema.names if name not in _ALL_DIFFERENT]
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=dictionaries)


def read_file(path: Path, table: TableName) -> pa.Table:
    """All rows of a file, in one opening; columns that it is too old to have are NULL. Raises `FileNotFoundError`."""
    with path.open("rb") as file:
        return pq.read_table(file, schema=_SCHEMAS[table])


def read_whole(file: BinaryIO) -> pa.Table:
    """All rows of a file with the columns it has, whoever wrote it."""
    return pq.ParquetFile(file).read(use_threads=False)


def read_known(file: BinaryIO, table: TableName) -> pa.Table:
    """All rows of a file, whoever wrote it, as `of_today`. Raises `NewerFileError`."""
    return of_today(read_whole(file), table)


def of_today(found: pa.Table, table: TableName) -> pa.Table:
    """Rows with the columns and types that the table has today: those they are too old to have are NULL.

    Raises `NewerFileError`.
    """
    if unknown := set(found.column_names) - set(_SCHEMAS[table].names):
        raise NewerFileError(f"a file of {table} has columns that this version does not know: {sorted(unknown)}")
    if found.schema.equals(_SCHEMAS[table]):
        return found
    columns = [
        found[field.name].cast(field.type) if field.name in found.column_names else pa.nulls(found.num_rows, field.type)
        for field in _SCHEMAS[table]
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMAS[table])


def holds_same(path: Path, other: Path) -> bool:
    """Whether both are there and have the same rows."""
    return path.exists() and other.exists() and bool(pq.read_table(path).equals(pq.read_table(other)))
