"""Statements that must not run, however they are dressed: refused with a reason, and no file is touched or read."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from queries.asking import asked, prepared
from queries.catalogue.entries import Catalogue
from queries.compatibility.database import SampleDatabase
from queries.embedded.listed import forms
from queries.engines.duckdb import DuckDbEngine
from queries.engines.duckdb_errors import translate_error
from queries.errors import ExecutionError, QueryError
from tests.lake_rows import row, write

ROOT = Path(__file__).parents[2]
SECRET = "c0ffee-in-a-file"
STATEMENTS = (
    *(
        "COPY events TO '{new}'",
        "COPY (SELECT 1) TO '{new}' (FORMAT csv)",
        "EXPORT DATABASE '{new}'",
        "ATTACH '{new}' AS x",
    ),
    *(
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "PRAGMA enable_profiling='json'",
        "CHECKPOINT",
        "VACUUM",
    ),
    *(
        "SET memory_limit = '1TB'",
        "RESET ALL",
        "USE memory",
        "DETACH memory",
        "CALL pragma_version()",
        "EXECUTE x",
        "BEGIN",
    ),
    *(
        "CREATE TABLE x AS SELECT 1",
        "CREATE MACRO x() AS 1",
        "CREATE SECRET (TYPE s3)",
        "ALTER TABLE events ADD COLUMN x int",
    ),
    *(
        "INSERT INTO events VALUES (1)",
        "UPDATE events SET channel = ''",
        "MERGE INTO events USING events ON true",
        "TRUNCATE events",
    ),
    *(
        "DELETE FROM events",
        "DROP VIEW events",
        "GRANT ALL ON events TO x",
        "MSCK REPAIR TABLE events",
        "UNLOAD (SELECT 1) TO 's3://x/y'",
    ),
)
DISGUISES = (
    "SELECT 1; {statement}",
    "{statement}; SELECT 1",
    "SELECT 1 /* ; */; -- \n {statement}",
    "/* harmless */ {statement}",
    "-- harmless\n{statement}",
    "WITH x AS ({statement}) SELECT * FROM x",
    "SELECT * FROM ({statement})",
    "EXPLAIN {statement}",
    "EXPLAIN ANALYZE {statement}",
    "SELECT 1;\ufeff{statement}",
    "\u200b{statement}",
)
READERS = (
    *(
        "read_csv('{secret}')",
        "read_csv_auto('{secret}')",
        "read_text('{secret}')",
        "read_blob('{secret}')",
        "sniff_csv('{secret}')",
    ),
    *(
        "read_parquet('{secret}')",
        "parquet_scan('{secret}')",
        "parquet_metadata('{secret}')",
        "read_json('{secret}')",
        "glob('{folder}/*')",
    ),
    *(
        "'{secret}'",
        '"{secret}"',
        "query('FROM read_text(''{secret}'')')",
        "query_table('{secret}')",
        "read_csv('http://127.0.0.1:9/x')",
    ),
    *(
        "duckdb_settings()",
        "duckdb_secrets()",
        "pragma_database_list",
        "sqlite_master",
        "information_schema.tables",
        "pg_catalog.pg_class",
    ),
    *(
        "arrow_scan(1, 2, 3)",
        "python_map_function(1)",
        "seq_scan('events')",
        "test_all_types()",
        "\u0435vents",
        "events；",
        "open_events",
    ),
)
PLACES = (
    "SELECT * FROM {reader}",
    "WITH x AS (SELECT * FROM {reader}) SELECT * FROM x",
    "SELECT (SELECT max(a) FROM {reader} AS t (a))",
    "SELECT * FROM events CROSS JOIN {reader}",
    "SELECT * FROM message_status WHERE EXISTS (SELECT 1 FROM {reader})",
    "SELECT 1 UNION ALL SELECT 1 FROM {reader}",
)
SLOTS = (
    "SELECT * FROM {reader}",
    "SELECT * FROM TABLE({reader})",
    "SELECT (SELECT count(*) FROM {reader})",
    "SELECT 1 AS a FROM events WHERE EXISTS (SELECT 1 FROM {reader})",
    "SELECT 1 AS a FROM events WHERE 1 IN (SELECT 1 FROM {reader})",
    "SELECT count(*) FROM events GROUP BY channel HAVING count(*) > (SELECT count(*) FROM {reader})",
    "SELECT channel FROM events GROUP BY (SELECT count(*) FROM {reader})",
    "SELECT channel FROM events ORDER BY (SELECT count(*) FROM {reader})",
    "SELECT 1 AS a UNION SELECT 2 ORDER BY (SELECT count(*) FROM {reader})",
    "SELECT 1 AS a UNION ALL SELECT 2 LIMIT (SELECT count(*) FROM {reader})",
    "SELECT 1 AS a EXCEPT SELECT 2 OFFSET (SELECT count(*) FROM {reader})",
    "(SELECT 1 AS a) INTERSECT (SELECT 2 FROM {reader})",
    "WITH x AS (SELECT * FROM {reader}) SELECT 1",
    "SELECT * FROM events LATERAL VIEW explode({reader}) t AS a",
    "SELECT * FROM events CROSS JOIN UNNEST({reader}) AS t (a)",
    "SELECT * FROM events CROSS JOIN LATERAL (SELECT * FROM {reader})",
    "SELECT * FROM events JOIN {reader} ON true",
    "SELECT count(*) OVER (ORDER BY (SELECT count(*) FROM {reader})) FROM events",
    "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM {reader})) FROM events",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM {reader}) THEN 1 END",
    "SELECT transform(ARRAY[1], x -> (SELECT count(*) FROM {reader}))",
    "VALUES (SELECT count(*) FROM {reader})",
    "TABLE {reader}",
    "SELECT {reader}",
    "SELECT 1 AS a FROM events WHERE {reader} IS NULL",
)
SCALARS = (
    "getenv('HOME')",
    "read_text('{secret}')",
    "nextval('x')",
    "pg_read_file('{secret}')",
    "load_extension('x')",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lake, and a secret beside it."""
    write(tmp_path / "lake", "events", [row("events", event_id="a")])
    (tmp_path / "secret.csv").write_text(f"a\n{SECRET}\n")
    return tmp_path


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and when it was changed."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def refused(folder: Path, sql: str) -> None:
    """With a reason; nothing is written, and nothing of the secret is told."""
    filled = sql.replace("{new}", str(folder / "new")).replace("{secret}", str(folder / "secret.csv"))
    before = state(folder)
    with pytest.raises(QueryError) as caught:
        DuckDbEngine(folder / "lake").query(filled.replace("{folder}", str(folder)))
    assert str(caught.value)
    assert SECRET not in str(caught.value)
    assert state(folder) == before


@pytest.mark.parametrize("disguise", ["{statement}", *DISGUISES])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_changes_anything_is_refused_in_every_disguise(folder: Path, statement: str, disguise: str) -> None:
    refused(folder, disguise.replace("{statement}", statement))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("reader", READERS)
def test_nothing_but_the_lakes_tables_is_read_wherever_it_is_named(folder: Path, reader: str, place: str) -> None:
    refused(folder, place.replace("{reader}", reader))


def table_functions() -> list[str]:
    """All that DuckDB has, called with as many paths as each takes arguments, or with one."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT DISTINCT function_name, len(parameters) FROM duckdb_functions() "
            "WHERE function_type IN ('table', 'table_macro') ORDER BY ALL"
        ).fetchall()
    arguments = {count: ", ".join(["'{secret}'"] * count) for _, count in found}
    return [f"{name}({arguments[count]})" for name, count in found]


@pytest.mark.parametrize("slot", SLOTS)
def test_no_table_function_of_duckdbs_is_reached_from_any_slot_of_a_statement(folder: Path, slot: str) -> None:
    """Nothing is translated; and nothing is sent but what is named as a function of Athena's own is."""
    functions = table_functions()
    assert len(functions) > 100
    catalogue, now = Catalogue.shipped(), datetime(2026, 7, 1, tzinfo=UTC)
    for function in functions:
        sql = slot.replace("{reader}", function.replace("{secret}", str(folder / "secret.csv")))
        try:
            ready = prepared(asked(sql, catalogue), catalogue, {}, now, SampleDatabase())
        except QueryError:
            continue
        assert function.partition("(")[0] in {"unnest", *forms()}, sql
        assert ready
        with pytest.raises(QueryError):
            ready.translated()


@pytest.mark.parametrize("scalar", SCALARS)
def test_functions_that_leave_the_database_do_not_exist(folder: Path, scalar: str) -> None:
    refused(folder, f"SELECT {scalar} AS x FROM events")  # noqa: S608


def test_a_variable_of_the_environment_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PARLEY_TEST_SECRET", SECRET)
    refused(folder, "SELECT getenv('PARLEY_TEST_SECRET')")


ENDLESS = """
import os, signal, threading, time
from pathlib import Path
from queries.engines.duckdb import DuckDbEngine
from queries.engines.interruptible import Interruptible
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell begins without it
{gives_up}
numbers = "UNNEST(sequence(1, 3000000))"
sql = f"SELECT count_if(x % 7 = y % 11) FROM {{numbers}} AS a (x) CROSS JOIN {{numbers}} AS b (y)"
try:
    DuckDbEngine(Path("no lake")).query(sql)
except KeyboardInterrupt:
    print("stopped")
"""
IN_A_WHILE = "threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()"
BEFORE_IT_RUNS = """
do = Interruptible.do
def slowly(worker, work):
    def late():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)  # on a busy machine: the caller interrupts a statement that is only prepared
        return work()
    return do(worker, late)
Interruptible.do = slowly
"""


@pytest.mark.parametrize("gives_up", [IN_A_WHILE, BEFORE_IT_RUNS], ids=["in a while", "before it runs"])
def test_a_question_is_stopped_when_its_analyst_gives_up(gives_up: str) -> None:
    script = ENDLESS.format(gives_up=gives_up)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT, timeout=100
    )
    assert (done.stdout, done.stderr) == ("stopped\n", "")


def test_a_question_that_needs_more_memory_than_there_is_says_what_to_do() -> None:
    error = translate_error(
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256"), exp.select("1")
    )
    assert isinstance(error, ExecutionError)
    assert error.remedy == "Ask about fewer hours (-p from_hour=…, or WHERE hour >= …), or for fewer rows."
