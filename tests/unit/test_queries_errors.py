"""Hostile and mistaken input: a clear error with its place, and nothing is run that should not be."""

from pathlib import Path

import duckdb
import pytest

from queries.catalogue.parameters import Value
from queries.engines.duckdb import DuckDbEngine
from queries.errors import (
    ExecutionError,
    NotAQuestionError,
    NotTranslatableError,
    ParameterError,
    Position,
    QueryError,
    SyntaxFaultError,
    UnknownNameError,
)
from tests.lake_rows import row, write


@pytest.fixture
def engine(tmp_path: Path) -> DuckDbEngine:
    write(tmp_path / "lake", "events", [row("events", event_id="a")])
    return DuckDbEngine(tmp_path / "lake")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE events",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE events",
        "DELETE FROM events",
        "INSERT INTO events SELECT * FROM events",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "WITH x AS (SELECT 1) DELETE FROM events",
        "SELECT * INTO x FROM events",
        "UNLOAD (SELECT 1) TO 's3://bucket/x'",
        "COPY events TO '/tmp/x'",
        "SET enable_external_access = true",
        "ATTACH '/etc/passwd'",
        "PRAGMA database_list",
        "CALL x()",
        "EXPLAIN DROP TABLE events",
        "EXPLAIN ANALYZE DELETE FROM events",
        "SHOW CREATE TABLE events",
        "",
        ";",
        "-- nothing",
    ],
)
def test_what_is_not_one_question_is_not_run(engine: DuckDbEngine, sql: str) -> None:
    with pytest.raises((NotAQuestionError, SyntaxFaultError)):
        engine.query(sql)
    assert engine.query("SELECT count(*) FROM events").rows == ((1,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '{file}'",
        'SELECT * FROM "{file}"',
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_parquet('{file}')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM TABLE(read_text('{file}'))",
        "SELECT (SELECT content FROM read_text('{file}'))",
        "SELECT * FROM events, LATERAL (SELECT * FROM read_text('{file}'))",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM main.events",
        "SELECT read_text('{file}')",
        "SELECT getenv('HOME')",
        "SELECT * FROM UNNEST(read_text('{file}')) AS u (x)",
    ],
)
def test_nothing_outside_the_lake_can_be_read(engine: DuckDbEngine, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    with pytest.raises(QueryError) as caught:
        engine.query(sql.replace("{file}", str(secret)))
    assert not isinstance(caught.value, ExecutionError) or "1" not in caught.value.problem


def test_the_database_itself_has_no_access_to_other_files(engine: DuckDbEngine, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    with engine._connect() as connection:
        with pytest.raises(duckdb.PermissionException):
            connection.sql("FROM read_csv($file)", params={"file": str(secret)})
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            connection.execute("SET enable_external_access = true")
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"COPY (SELECT 1) TO '{tmp_path}/x.csv'")


@pytest.mark.parametrize(
    ("sql", "line", "column", "words"),
    [
        ("SELECT event_id,\n       chanel\nFROM events", 2, 8, "no column chanel"),
        ("SELECT e.chanel FROM events AS e", 1, 10, "no column chanel"),
        ("SELECT x.channel FROM events AS e", 1, 8, "no table x"),
        ("SELECT 1\nFROM evnts", 2, 6, "no table or view evnts"),
        ("EXPLAIN SELECT 1 FROM evnts", 1, 23, "no table or view evnts"),
        ("SELECT 1,\n  no_such(2)", 2, 3, "no function no_such"),
    ],
)
def test_an_unknown_name_is_shown_where_the_analyst_wrote_it(
    engine: DuckDbEngine, sql: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(UnknownNameError, match=words) as caught:
        engine.query(sql)
    assert caught.value.position == Position(line, column)


def test_an_unknown_table_is_answered_with_those_there_are(engine: DuckDbEngine) -> None:
    with pytest.raises(UnknownNameError) as caught:
        engine.query("SELECT * FROM evnts")
    assert str(caught.value).startswith(
        "line 1, column 15: there is no table or view evnts. There are: conversation_log, "
    )


def test_a_syntax_fault_has_a_place(engine: DuckDbEngine) -> None:
    with pytest.raises(SyntaxFaultError) as caught:
        engine.query("SELECT a\nFROM events\nWHERE )")
    assert caught.value.position == Position(3, 7)


@pytest.mark.parametrize("sql", ["SELECT 'abc", 'SELECT "abc', "SELECT 1 /* x"])
def test_what_is_not_closed_is_a_syntax_fault(engine: DuckDbEngine, sql: str) -> None:
    with pytest.raises(SyntaxFaultError):
        engine.query(sql)


@pytest.mark.parametrize(
    ("sql", "parameters", "words"),
    [
        ("SELECT :a", {}, "parameter a has no value"),
        ("SELECT ?", {}, "needs a name"),
        ("SELECT :a", {"a": 1, "b": 2}, "no parameter b. Its parameters: a"),
        ("SELECT 1", {"b": 2}, "no parameter b"),
        ("SELECT * FROM delivery_by_turn", {"from_hour": "yesterday"}, "from_hour is not an hour.*2026/07/01/13"),
        ("SELECT * FROM delivery_by_turn", {"from_hour": 7}, "from_hour is not an hour"),
        ("delivery_by_turn", {"form_hour": "2026/07/01/13"}, "no parameter form_hour. Its parameters: from_hour, un"),
    ],
)
def test_parameters_that_do_not_fit_are_told(
    engine: DuckDbEngine, sql: str, parameters: dict[str, Value], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        engine.query(sql, parameters)


def test_an_alias_used_twice_is_told(engine: DuckDbEngine) -> None:
    with pytest.raises(QueryError, match=r"(?i)alias"):
        engine.query("SELECT * FROM events AS e, conversations AS e")


def test_a_column_of_the_wrong_type_is_refused_with_the_forms_there_are(engine: DuckDbEngine) -> None:
    with pytest.raises(NotTranslatableError, match=r"^line 1, column 8: sum takes no \(varchar\). Its forms: sum\(I\)"):
        engine.query("SELECT sum(event_id) FROM events")
