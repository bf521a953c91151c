"""Answers for other programs: CSV, JSON, Parquet, or lines of text. Written as their rows come, in little memory."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import BinaryIO

import msgspec

from infra.cli.harmless import harmless_json
from queries.result import Answer, Cell, Column, Row

_ROW_GROUP = 20_000  # rows of a Parquet file that are compressed together


def unique_names(columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns' names. In SQL two may share one; here the second is name_2, and so on."""
    names: list[str] = []
    for column in columns:
        candidates = (
            column.name if number == 1 else f"{column.name}_{number}" for number in range(1, len(columns) + 1)
        )
        names.append(next(candidate for candidate in candidates if candidate not in names))
    return tuple(names)


def named_rows(columns: Sequence[Column], rows: Sequence[Row]) -> list[dict[str, Cell]]:
    """Each row by its columns' names."""
    names = unique_names(columns)
    return [dict(zip(names, row, strict=True)) for row in rows]


def write_json(answer: Answer, file: BinaryIO) -> int:
    """One array, an object for each row; what JSON has no form for is text. Gives how many rows there are."""
    count = 0
    for rows in _batches(answer):
        for row in named_rows(answer.columns, rows):
            file.write((b"," if count else b"[") + harmless_json(msgspec.json.encode(row, enc_hook=str)))
            count += 1
    file.write(b"]\n" if count else b"[]\n")
    return count


def write_csv(answer: Answer, file: BinaryIO) -> int:
    """RFC 4180 but for plain line ends: a header, then the rows. Times in ISO 8601; arrays and maps as JSON.

    A spreadsheet takes no text of it for a formula: `safe_text`.
    """
    return _write_texts(answer, file, _csv_line, _safe, safe_text)


def write_raw_csv(answer: Answer, file: BinaryIO) -> int:
    """The same with every text as it is, for programs."""
    return _write_texts(answer, file, _csv_line, _text)


def safe_text(text: str) -> str:
    """With an apostrophe before what a spreadsheet would compute.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones where one types Japanese


def write_lines(answer: Answer, file: BinaryIO) -> int:
    """For other programs of a pipe: a header, then a line for each row, with a tab between its cells."""
    return _write_texts(answer, file, lambda line: "\t".join(line) + "\n", _on_one_line, _on_one_line)


def write_parquet(answer: Answer, file: BinaryIO) -> int:
    """One file, with the types that Athena names."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # only where such a file is wanted

    from queries.arrow import schema_of, to_arrow  # noqa: PLC0415

    names = unique_names(answer.columns)
    count = 0
    with pq.ParquetWriter(file, schema_of(answer.columns, names), compression="zstd") as writer:
        for rows in _grouped(_batches(answer)):
            writer.write_table(to_arrow(answer.columns, rows, names))
            count += len(rows)
    return count


def _batches(answer: Answer) -> Iterator[Sequence[Row]]:
    for batch in answer.batches:
        yield batch.rows()


def _grouped(batches: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """At least one, so that a file without rows has its types."""
    group: list[Row] = []
    for batch in batches:
        group.extend(batch)
        if len(group) >= _ROW_GROUP:
            yield group
            group = []
    yield group


def _write_texts(
    answer: Answer,
    file: BinaryIO,
    line: Callable[[Sequence[str]], str],
    text: Callable[[Cell], str],
    heading: Callable[[str], str] = str,
) -> int:
    count = 0
    file.write(line([heading(name) for name in unique_names(answer.columns)]).encode())
    for rows in _batches(answer):
        file.write("".join(line([text(cell) for cell in row]) for row in rows).encode())
        count += len(rows)
    return count


def _csv_line(cells: Sequence[str]) -> str:
    """Its end tells the writer which characters to quote a cell for: a carriage return would begin a row of its own."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _safe(cell: Cell) -> str:
    """A number stays one, below zero too."""
    return safe_text(cell) if isinstance(cell, str) else _text(cell)


def _on_one_line(cell: Cell) -> str:
    """Control characters, which could drive a terminal or look like the next cell, are made visible."""
    text = _text(cell)
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


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


EXPORTS: Mapping[str, Callable[[Answer, BinaryIO], int]] = {
    "json": write_json,
    "csv": write_csv,
    "parquet": write_parquet,
}
