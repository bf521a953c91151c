"""The embedded engine over a lake's files: which are read, what names mean, how parameters are bound."""

import re
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.catalogue.parameters import Value
from queries.engines.duckdb import DuckDbEngine
from queries.result import Column
from tests.lake_rows import HOUR, row, write
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter, Limits
from transformer.results import Row
from transformer.schema import TABLES

NOW = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)


def one_row(body: bytes, arrived_at: datetime) -> list[Row]:
    return [Row("events", row("events", event_id=body.decode()))]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def engine(lake: Path) -> DuckDbEngine:
    return DuckDbEngine(lake, now=lambda: NOW)


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_lake_has_every_table_with_its_columns(engine: DuckDbEngine, table: str) -> None:
    result = engine.query(table)
    assert result.rows == ()
    assert result.column_names == (*next(t for t in TABLES.values() if t.name == table).column_names, "hour")


def test_types_are_spelled_as_athena_spells_them(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events")])
    result = engine.query("SELECT tags, destination_address, occurred_at, hour, from_unixtime(occurred_at) FROM events")
    assert result.columns == (
        Column("tags", "map(varchar, varchar)"),
        Column("destination_address", "array(varchar)"),
        Column("occurred_at", "bigint"),
        Column("hour", "varchar"),
        Column("_col4", "timestamp(3) with time zone"),
    )


def test_a_row_comes_back_as_it_was_written(engine: DuckDbEngine, lake: Path) -> None:
    written = row("events", event_id="a", tags={"turn_id": "t", "x": ""}, destination_address=["+1", "+2"])
    write(lake, "events", [written])
    result = engine.query("events")
    [cells] = result.rows
    assert dict(zip(result.column_names, cells, strict=True)) == {**written, "hour": "2026/07/01/13"}


def test_a_map_is_asked_by_key(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events", tags={"turn_id": "t"}), row("events", tags={"turn_id": "u"})])
    assert engine.query("SELECT count(*) FROM events WHERE tags['turn_id'] = 't'").rows == ((1,),)


def test_files_from_before_a_column_existed_are_read_with_the_others(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events", event_id="new", turn_id="t")], name="new")
    old = lake / "events/2026/07/01/12/old.parquet"
    old.parent.mkdir(parents=True)
    pq.write_table(pa.table({"event_id": ["old"]}), old)
    assert engine.query("SELECT event_id, turn_id, tags FROM events ORDER BY 1").rows == (
        ("new", "t", {}),
        ("old", None, None),
    )


def test_an_open_file_from_before_a_column_existed_is_read_too(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events", event_id="new")])
    old = lake / ".open/events/2026/07/01/12/old.parquet"
    old.parent.mkdir(parents=True)
    pq.write_table(pa.table({"event_id": ["old"]}), old)
    assert engine.query("SELECT event_id, turn_id, hour FROM events ORDER BY 1").rows == (
        ("new", "", "2026/07/01/13"),
        ("old", None, "2026/07/01/12"),
    )


def test_a_batch_that_is_sealed_while_a_question_begins_is_counted_once(engine: DuckDbEngine, lake: Path) -> None:
    sealed = write(lake, "events", [row("events")])
    still_open = lake / ".open" / sealed.relative_to(lake)
    still_open.parent.mkdir(parents=True)
    shutil.copy(sealed, still_open)
    assert engine.query("SELECT count(*) FROM events").rows == ((1,),)


@pytest.mark.slow
def test_questions_asked_while_the_lake_is_written_count_every_row_once(engine: DuckDbEngine, lake: Path) -> None:
    """The open file is replaced and sealed under the engine's hands."""
    connect = partial(sqlite3.connect, lake.parent / "hub.db")
    writer = LakeWriter(lake, SqliteJournal(connect), one_row, lambda: datetime.now(UTC), Limits(records=100))
    done = threading.Event()

    def write_on() -> None:
        with closing(connect()) as connection:
            for number in range(100):
                with connection:
                    bodies = ((f"{number}-{item}".encode(),) for item in range(17))
                    connection.executemany("INSERT INTO journal (arrived_at, body) VALUES (1782910800, ?)", bodies)
                writer.flush()
        writer.close()
        done.set()

    thread = threading.Thread(target=write_on)
    thread.start()
    seen = 0
    while not done.is_set():
        [(rows, events)] = engine.query("SELECT count(*), count(DISTINCT event_id) FROM events").rows
        assert isinstance(rows, int)
        assert rows == events
        assert rows >= seen
        seen = rows
    thread.join()
    assert engine.query("SELECT count(DISTINCT event_id) FROM events").rows == ((1700,),)


@pytest.mark.slow
def test_questions_asked_while_the_lake_is_compacted_count_every_row_once(engine: DuckDbEngine, lake: Path) -> None:
    for hours in range(30):
        for name in "abc":
            write(lake, "events", [row("events", event_id=f"{hours}{name}")], HOUR - timedelta(hours=hours), name)
    thread = threading.Thread(target=compact, args=(Folder(lake, list), HOUR + timedelta(hours=1)))
    thread.start()
    while thread.is_alive():
        assert engine.query("SELECT count(*), count(DISTINCT event_id) FROM events").rows == ((90, 90),)
    thread.join()
    assert len(list(lake.glob("events/*/*/*/*/*"))) == 30
    assert engine.query("SELECT count(*), count(DISTINCT event_id) FROM events").rows == ((90, 90),)


def test_a_compaction_that_died_between_publishing_and_removing_doubles_no_row(
    engine: DuckDbEngine, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write(lake, "events", [row("events", event_id=name)], name=name)
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "remove", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compact(Folder(lake, list), HOUR + timedelta(hours=1))
    assert len(list(lake.glob("events/*/*/*/*/*"))) == 4
    assert engine.query("SELECT count(*), count(DISTINCT event_id) FROM events").rows == ((3, 3),)


def test_only_the_asked_hours_files_are_opened(engine: DuckDbEngine, lake: Path) -> None:
    for hours in range(24):
        write(lake, "events", [row("events", event_id=str(hours))], hour=HOUR + timedelta(hours=hours))
    plan = engine.query(
        "EXPLAIN ANALYZE SELECT * FROM events WHERE hour >= :start AND hour < "
        "date_format(date_parse(:start, '%Y/%m/%d/%H') + INTERVAL '2' HOUR, '%Y/%m/%d/%H')",
        {"start": "2026/07/01/20"},
    )
    assert re.findall(r"Scanning Files: (\d+)/(\d+)", str(plan.rows)) == [("2", "24")]


def test_hours_before_now_are_pruned_too(engine: DuckDbEngine, lake: Path) -> None:
    for hours in range(5):
        write(lake, "events", [row("events")], hour=HOUR + timedelta(hours=hours))
    plan = engine.query(
        "EXPLAIN ANALYZE SELECT * FROM events "
        "WHERE hour > date_format(current_timestamp - INTERVAL '1' HOUR, '%Y/%m/%d/%H')"
    )
    assert re.findall(r"Scanning Files: (\d+)/(\d+)", str(plan.rows)) == [("3", "5")]


def test_a_file_that_is_being_written_is_not_read(engine: DuckDbEngine, lake: Path) -> None:
    path = write(lake, "events", [row("events")])
    path.with_suffix(".tmp").write_bytes(b"half a file")
    assert engine.query("SELECT count(*) FROM events").rows == ((1,),)


def test_names_mean_the_same_in_any_case_and_in_quotes(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events", channel="text")])
    result = engine.query('SELECT "Channel", E.CHANNEL, channel AS "Both" FROM "Events" AS e')
    assert result.column_names == ("channel", "channel", "both")
    assert result.rows == (("text", "text", "text"),)


def test_columns_without_a_name_get_trinos(engine: DuckDbEngine) -> None:
    assert engine.query("SELECT 1, 'a' AS a, CAST(2 AS varchar), count(*)").column_names == (
        "_col0",
        "a",
        "_col2",
        "_col3",
    )


@pytest.mark.parametrize(
    "value",
    ["", "x' OR '1'='1", 'ñ \\ " \n; DROP TABLE events --', 7, -7, 2.5, True, None, NOW, date(2026, 7, 1)],
)
def test_a_parameter_arrives_as_the_value_it_is(engine: DuckDbEngine, value: Value) -> None:
    assert engine.query("SELECT :value AS v", {"value": value}).rows == ((value,),)


def test_a_negative_parameter_after_a_minus_is_no_comment(engine: DuckDbEngine) -> None:
    assert engine.query("SELECT 1 -:value", {"value": -7}).rows == ((8,),)


def test_a_cte_may_have_the_name_of_a_table_it_reads(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "events", [row("events", event_id="a")])
    sql = "WITH events AS (SELECT event_id AS renamed FROM events) SELECT * FROM events"
    assert engine.query(sql).column_names == ("renamed",)


def test_show_tables_lists_tables_and_views(engine: DuckDbEngine) -> None:
    kinds = {(name, kind) for name, kind, _ in engine.query("show tables;").rows}
    assert {("events", "table"), ("conversations", "table"), ("delivery_by_turn", "view")} <= kinds


@pytest.mark.parametrize("sql", ["DESCRIBE events", "show columns from EVENTS", "desc delivery_by_turn"])
def test_describe_says_type_and_meaning_of_every_column(engine: DuckDbEngine, sql: str) -> None:
    rows = engine.query(sql).rows
    assert ("channel", "varchar") in {(name, kind) for name, kind, _ in rows}
    assert all(meaning for *_, meaning in rows)


def test_each_question_sees_what_was_written_before_it(engine: DuckDbEngine, lake: Path) -> None:
    for number in range(3):
        write(lake, "events", [row("events")] * (number + 1))
        assert engine.query("SELECT count(*) FROM events").rows == ((number + 1,),)
