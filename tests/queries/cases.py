"""The small lakes and their questions: found, written to a folder, asked. Their format is in README.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import msgspec
import orjson

from queries.catalogue.entries import Catalogue, Entry
from queries.engines.duckdb import DuckDbEngine
from queries.result import Cell
from tests.lake_rows import write
from transformer.pipeline import transform
from transformer.results import Rejected, as_event
from transformer.schema import TableName, Values

FOLDER = Path(__file__).parent
ACCOUNT = "111122223333"
SHIPPED = Catalogue.shipped()

Shown: TypeAlias = Mapping[str, object]


class Arrival(msgspec.Struct, frozen=True):
    """One line of arrivals.jsonl."""

    at: datetime
    event: dict[str, object]
    deployed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A row, and the hour it belongs into."""

    table: TableName
    hour: datetime
    values: Values


class SampleQuestion(msgspec.Struct, frozen=True):
    """What a question's file holds."""

    shows: str
    rows: list[dict[str, object]]
    parameters: dict[str, str | int | float] = {}
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One question to one small lake."""

    lake: str
    name: str

    @property
    def entry(self) -> Entry:
        return SHIPPED.entries[self.name.partition(".")[0]]

    @property
    def question(self) -> SampleQuestion:
        return msgspec.json.decode((FOLDER / self.lake / f"{self.name}.json").read_bytes(), type=SampleQuestion)

    def __str__(self) -> str:
        return f"{self.lake}/{self.name}"


def all_cases() -> list[Case]:
    return [Case(path.parent.name, path.name.removesuffix(".json")) for path in sorted(FOLDER.glob("*/*.json"))]


def arrivals(lake: str) -> list[Arrival]:
    """What arrived in a small lake."""
    lines = (FOLDER / lake / "arrivals.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Arrival) for line in lines]


def stored(arrived: Iterable[Arrival]) -> list[Stored]:
    """The rows that the transformer makes of them."""
    return [row for arrival in arrived for row in _rows(arrival)]


def _rows(arrival: Arrival) -> list[Stored]:
    hour = arrival.at.replace(minute=0, second=0, microsecond=0)
    return [
        Stored("events", hour, as_event(result))
        if arrival.deployed and isinstance(result, Rejected)
        else Stored(result.table, hour, result.values)
        for result in transform(orjson.dumps(arrival.event), arrival.at, account_id=ACCOUNT)
    ]


def write_lake(folder: Path, rows: Sequence[Stored]) -> None:
    """One file for each table and hour, and for each further row of the same event."""
    files: dict[tuple[TableName, datetime, int], list[Values]] = {}
    seen: dict[tuple[TableName, datetime, object], int] = {}
    for row in rows:
        key = (row.table, row.hour, row.values["event_id"])
        copy = seen[key] = seen.get(key, -1) + 1
        files.setdefault((row.table, row.hour, copy), []).append(row.values)
    for (table, hour, copy), values in files.items():
        write(folder, table, values, hour, name=str(copy))


def ask(folder: Path, case: Case) -> list[Shown]:
    """The answer in the notation of the expected rows, with the columns these have."""
    result = DuckDbEngine(folder).query(case.entry.name, case.question.parameters)
    rows = [dict(zip(result.column_names, map(shown, cells), strict=True)) for cells in result.rows]
    return _in_order(case, [{column: row[column] for column in columns_of(case)} for row in rows])


def expected(case: Case) -> list[Shown]:
    """The rows that were worked out by hand."""
    return _in_order(case, case.question.rows)


def columns_of(case: Case) -> tuple[str, ...]:
    """The columns that every expected row has."""
    rows = case.question.rows
    assert len({tuple(row) for row in rows}) <= 1, f"the rows of {case} have different columns"
    return tuple(rows[0]) if rows else ()


def _in_order(case: Case, rows: Sequence[Shown]) -> list[Shown]:
    """A report's order is part of its answer; a view has none."""
    return list(rows) if case.entry.kind == "report" else sorted(rows, key=json.dumps)


def shown(cell: Cell) -> object:
    """A cell as JSON has it."""
    match cell:
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%S.") + f"{cell.microsecond // 1000:03}Z"
        case date():
            return cell.isoformat()
        case Decimal():
            return str(cell)
    return cell
