"""Files of questions: CSV with a header or JSON lines, in UTF-8. What is wrong is named by row and column."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, get_args

import msgspec

from orchestrator.language.detect import detect
from orchestrator.model import Language

MOST_ROWS = 10_000
SEPARATOR = "|"  # between several values of a cell

Given: TypeAlias = tuple[int, Mapping[str, str]]  # a row's number, the first being 1, and its cells by their columns


class CaseError(Exception):
    """What is wrong with a file of questions: where, and what."""


def rows(file: Path, columns: Sequence[str], needed: Sequence[str] = ("question",)) -> Iterator[Given]:
    """The rows of a file: JSON lines where its name ends so, else CSV. Raises `CaseError`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            is_json = file.suffix.lower() in (".jsonl", ".ndjson")
            yield from (
                _json_rows(lines, columns) if is_json else _csv_rows(csv.reader(lines, strict=True), columns, needed)
            )
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"is not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}") from error
    except csv.Error as error:
        raise CaseError(f"is not CSV: {error}") from error


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell."""
    return tuple(value.strip() for value in cell.split(SEPARATOR) if value.strip())


def language_of(row: int, given: str, question: str) -> Language:
    """What the row says, else what the question seems to be written in. Raises `CaseError`."""
    known: dict[str, Language] = {language: language for language in get_args(Language)}
    if given and given not in known:
        raise CaseError(f"row {row}, column language: is {given!r}; there is {', '.join(known)}")
    return known.get(given) or detect(question, None, "en")


def _csv_rows(lines: Iterator[list[str]], columns: Sequence[str], needed: Sequence[str]) -> Iterator[Given]:
    header = next(lines, [])
    if not set(needed) <= set(header):
        raise CaseError(f"row 1 must name the columns {' and '.join(needed)}; it names {', '.join(header) or 'none'}")
    _check_columns(1, header, columns)
    for row, cells in enumerate(lines, 2):
        _check_number(row)
        if cells and len(cells) != len(header):
            raise CaseError(f"row {row} has {len(cells)} cells, and row 1 has {len(header)} columns")
        if cells:
            yield _asked(row, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})


def _json_rows(lines: Iterator[str], columns: Sequence[str]) -> Iterator[Given]:
    for row, line in enumerate(lines, 1):
        _check_number(row)
        if not line.strip():
            continue
        try:
            given = msgspec.json.decode(line, type=dict[str, str | list[str]])
        except msgspec.DecodeError as error:
            raise CaseError(f"row {row} is not an object of texts and lists of texts: {error}") from error
        _check_columns(row, given, columns)
        yield _asked(row, {name: _cell(value) for name, value in given.items()})


def _cell(value: str | list[str]) -> str:
    return value.strip() if isinstance(value, str) else SEPARATOR.join(value)


def _asked(row: int, cells: Mapping[str, str]) -> Given:
    if not cells.get("question"):
        raise CaseError(f"row {row}, column question: is empty")
    return row, cells


def _check_columns(row: int, given: Sequence[str] | Mapping[str, object], columns: Sequence[str]) -> None:
    if unknown := [name for name in given if name not in columns]:
        raise CaseError(f"row {row}, column {unknown[0]}: there is no such column; there is {', '.join(columns)}")


def _check_number(row: int) -> None:
    if row > MOST_ROWS:
        raise CaseError(f"has more than {MOST_ROWS} rows")
