"""Answers for other programs: CSV, JSON, Parquet."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time

import msgspec
import pyarrow.parquet as pq

from queries.arrow import to_arrow
from queries.result import Cell, Result


def unique_names(result: Result) -> tuple[str, ...]:
    """The columns' names. In SQL two may share one; here the second is name_2, and so on."""
    names: list[str] = []
    for name in result.column_names:
        candidates = (name if number == 1 else f"{name}_{number}" for number in range(1, len(result.columns) + 1))
        names.append(next(candidate for candidate in candidates if candidate not in names))
    return tuple(names)


def named_rows(result: Result) -> list[dict[str, Cell]]:
    """Each row by its columns' names."""
    names = unique_names(result)
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def as_json(result: Result) -> bytes:
    """One array, an object for each row; what JSON has no form for is text."""
    return msgspec.json.encode(named_rows(result), enc_hook=str) + b"\n"


def as_csv(result: Result) -> bytes:
    """RFC 4180 but for plain line ends: a header, then the rows. Times in ISO 8601; arrays and maps as JSON."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(unique_names(result))
    writer.writerows(_texts(row) for row in result.rows)
    return file.getvalue().encode()


def as_parquet(result: Result) -> bytes:
    """One file, with the types that Athena names."""
    file = io.BytesIO()
    pq.write_table(to_arrow(result, unique_names(result)), file, compression="zstd")
    return file.getvalue()


def _texts(row: Sequence[Cell]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case bytes():
            return cell.hex()
        case datetime() | date() | time():
            return cell.isoformat()
        case list() | dict():
            return msgspec.json.encode(cell, enc_hook=str).decode()
        case other:
            return str(other)
