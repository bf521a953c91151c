"""Statements that are too long or too deep, answers that are too large, questions that take too long: told, in time."""

import time
from pathlib import Path

import pytest

from queries.engines.duckdb import DuckDbEngine
from queries.engines.interruptible import Stop
from queries.errors import ExecutionError, NotTranslatableError, QueryError, SyntaxFaultError
from tests.lake_rows import row, write

ENGINE = DuckDbEngine(Path("no lake"))
DEEP = {
    "parentheses": "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "queries": "SELECT * FROM (" * 300 + "SELECT 1" + ")" * 300,
    "arrays": "SELECT " + "ARRAY[" * 2000 + "1" + "]" * 2000,
    "calls": "SELECT " + "abs(" * 2000 + "1" + ")" * 2000,
    "choices": "SELECT " + "CASE WHEN true THEN " * 2000 + "1" + " END" * 2000,
    "signs": "SELECT " + "- " * 20000 + "1",
    "negations": "SELECT " + "NOT " * 20000 + "true",
    "unions": " UNION ALL ".join(["SELECT 1"] * 3000),
    "sums": "SELECT " + " + ".join(["1"] * 20000),
    "texts": "SELECT " + " || ".join(["'a'"] * 20000),
    "fields": "SELECT a" + ".a" * 20000,
    "subscripts": "SELECT ARRAY[1]" + "[1]" * 20000,
    "types": "SELECT CAST(NULL AS " + "array(" * 2000 + "integer" + ")" * 2000 + ")",
    "lambdas": "SELECT " + "transform(ARRAY[1], x -> " * 1000 + "1" + ")" * 1000,
    "comparisons": "SELECT " + " = ".join(["1"] * 5000),
    "between": "SELECT 1 BETWEEN 1 AND " + "1 BETWEEN 1 AND " * 5000 + "1",
    "characters": "SELECT '" + "x" * 300_000 + "'",
    "elements": "SELECT 1 IN (" + ", ".join(["1"] * 60_000) + ")",
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_statement_beyond_the_bounds_is_refused_within_seconds(kind: str) -> None:
    started = time.process_time()
    with pytest.raises((SyntaxFaultError, NotTranslatableError)):
        ENGINE.query(DEEP[kind])
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 24 + "1" + ")" * 24,
        "SELECT " + " || ".join(["'a'"] * 500),
        "SELECT 1 WHERE " + " OR ".join(f"1 = {number}" for number in range(1, 1500)),
        " UNION ALL ".join(["SELECT 1"] * 200),
        "SELECT 1 IN (" + ", ".join(map(str, range(10_000))) + ")",
    ],
    ids=["parentheses", "texts", "conditions", "unions", "elements"],
)
def test_a_long_statement_within_the_bounds_is_answered(sql: str) -> None:
    assert ENGINE.query(sql).columns


def test_what_a_call_writes_twice_is_computed_once() -> None:
    """So that calls within calls do not double the statement with each level."""
    nested = "'a,b'"
    for _ in range(12):
        nested = f"split_part({nested} || ',x', ',', 1)"
    assert ENGINE.query(f"SELECT {nested} AS x").rows == (("a",),)


NUMBERS = "UNNEST(sequence(1, 300000))"
ENDLESS = f"SELECT count_if(x % 7 = y % 11) FROM {NUMBERS} AS a (x) CROSS JOIN {NUMBERS} AS b (y)"  # noqa: S608


def test_a_question_ends_at_its_deadline() -> None:
    with pytest.raises(ExecutionError, match=r"took longer than 0.3 seconds. Ask about fewer hours"):
        ENGINE.answer(ENDLESS, {}, Stop(within_s=0.3))


def test_a_question_that_is_given_up_is_not_begun() -> None:
    stop = Stop()
    stop.now()
    with pytest.raises(ExecutionError, match="the question was given up"):
        ENGINE.answer("SELECT 1", {}, stop)


def test_rows_that_are_not_wanted_are_not_fetched(tmp_path: Path) -> None:
    write(tmp_path, "events", [row("events", event_id=str(number)) for number in range(5000)])
    with DuckDbEngine(tmp_path).answer("SELECT event_id FROM events") as answer:
        assert len(answer.rows(1001)) == 1001
    with DuckDbEngine(tmp_path).answer("SELECT event_id FROM events") as answer:
        shown, others = answer.first(100)
        assert (len(shown), others) == (100, 4900)


def test_a_question_that_needs_more_memory_than_it_may_have_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.engines.duckdb.MEMORY", "20MB")
    with pytest.raises(QueryError, match="needs more memory than there is"):
        ENGINE.query("SELECT array_agg(CAST(x AS varchar)) FROM UNNEST(sequence(1, 2000000)) AS t (x)")
