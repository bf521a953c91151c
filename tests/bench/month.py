"""A month's lake of a million events, without living it: two days of the demo's rows, repeated.

Two days go through the real hub and transformer. Each hour of the month then holds the rows of its hour of the day,
several times, with times shifted and ids of their own, in as many files as Firehose would write at least.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from infra.local.demo.month import Month
from transformer.lake.layout import ENDING, partition
from transformer.lake.parquet import read_file, write_merged
from transformer.schema import TABLES, TableName

FIRST, DAYS, HOURS_A_DAY = datetime(2026, 6, 1, tzinfo=UTC), 30, 24
LIVED = 2  # days: on the second, events of the first arrive too
TURNS = 250  # of a lived day
FILES = 4  # of an hour: Firehose waits 15 minutes at most
EVENTS = 1_000_000  # at least
_DAY_MS = 86_400_000
_IDS = ("message_id", "event_id", "turn_id", "conversation_id")
_TIMES = ("occurred_at", "received_at")


def build(folder: Path) -> Path:
    """The lake's folder. Takes minutes."""
    month = Month(folder / "lived", seed=1, until=FIRST, days=LIVED, turns_per_day=TURNS)
    with month.deployment:
        for _ in month.run():
            pass
    lake = folder / "lake"
    events = sum(rows.num_rows for _, rows in _day(folder / "lived/lake", "events"))
    copies = -(-EVENTS // (events * DAYS))
    for name in TABLES:
        for at, rows in _day(folder / "lived/lake", name):
            for day in range(DAYS):
                _write(lake, _name(name), at + timedelta(days=day + 1), _repeated(rows, day, copies))
    return lake


def _day(lived: Path, table: str) -> Iterator[tuple[datetime, pa.Table]]:
    """Each hour of the last day that was lived, and its rows."""
    for hour in range(HOURS_A_DAY):
        at = FIRST - timedelta(days=1) + timedelta(hours=hour)
        if paths := sorted((lived / partition(_name(table), at)).glob(f"*{ENDING}")):
            yield at, pa.concat_tables([read_file(path, _name(table)) for path in paths])


def _name(table: str) -> TableName:
    return TABLES[table].name


def _repeated(rows: pa.Table, day: int, copies: int) -> pa.Table:
    return pa.concat_tables([_shifted(rows, (day + 1) * _DAY_MS, f"-{day}-{copy}") for copy in range(copies)])


def _shifted(rows: pa.Table, shift_ms: int, suffix: str) -> pa.Table:
    for index, field in enumerate(rows.schema):
        column = rows[field.name].combine_chunks()
        if field.name in _TIMES:
            rows = rows.set_column(index, field, pc.add(column, shift_ms))
        elif field.name in _IDS:
            renamed = pc.binary_join_element_wise(column, suffix, "")
            rows = rows.set_column(index, field, pc.if_else(pc.equal(column, ""), column, renamed))
        elif field.name == "channel_data":
            rows = rows.set_column(index, field, _later(column, shift_ms).cast(field.type))
    return rows


def _later(details: pa.MapArray, shift_ms: int) -> pa.MapArray:
    """With `requested_at` shifted too."""
    told = pc.equal(details.keys, "requested_at")
    moments = pc.cast(pc.if_else(told, details.items, "0"), pa.int64())
    items = pc.if_else(told, pc.cast(pc.add(moments, shift_ms), pa.string()), details.items)
    return pa.MapArray.from_arrays(details.offsets, details.keys, items)


def _write(lake: Path, table: TableName, at: datetime, rows: pa.Table) -> None:
    """Without waiting for the disk, as a lake's own writer would."""
    folder = lake / partition(table, at)
    folder.mkdir(parents=True)
    size = -(-rows.num_rows // FILES)
    for number in range(FILES):
        with (folder / f"{number}{ENDING}").open("wb") as file:
            write_merged(file, table, [rows.slice(number * size, size)])
