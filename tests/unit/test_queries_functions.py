"""Athena's functions and operators on the embedded engine: each value as Trino's documentation has it.

https://trino.io/docs/current/functions.html
"""

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from queries.engines.duckdb import DuckDbEngine
from queries.errors import ExecutionError, NotTranslatableError
from queries.result import Cell

NOW = datetime(2026, 7, 1, 13, 45, 10, 250000, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> DuckDbEngine:
    return DuckDbEngine(tmp_path, now=lambda: NOW)


NUMBERS: dict[str, Cell] = {
    "7 / 2": 3,
    "-7 / 2": -3,
    "7e0 / 2": 3.5,
    "100.0 * CAST(1 AS bigint) / 3": Decimal("33.3"),
    "1.00 / 3": Decimal("0.33"),
    "1e0 / 3.0": 1 / 3,
    "(10 - 4) / (2 + 2) / 1": 1,
    "sum(x) / count(*)": 2,
    "sum(x) / CAST(count(*) AS double)": 2.5,
    "avg(x)": 2.5,
    "sum(x)": 10,
    "-7 % 3": -1,
    "round(2.5)": Decimal(3),
    "approx_percentile(x, 0.5)": 2,
    "approx_percentile(x, ARRAY[0.5, 0.9])": [2, 4],
    "approx_distinct(x)": 4,
    "count_if(x > 2)": 2,
    "max_by(x, -x)": 1,
    "min_by(x, -x)": 4,
    "bool_or(x = 4)": True,
    "try(1 / 0)": None,
    "try_cast('x' AS bigint)": None,
    "greatest(1, NULL)": None,
    "try_cast('1.5' AS bigint)": None,
    "try_cast(' 1' AS integer)": None,
    "CAST('-12' AS bigint)": -12,
    "CAST(2.5e0 AS bigint)": 3,
    "CAST(-2.5 AS integer)": -3,
    "CAST(true AS bigint)": 1,
    "CAST(sum(x) AS integer)": 10,
    "if(1 > 2, 'a', 'b')": "b",
}
TEXTS: dict[str, Cell] = {
    "regexp_extract('abc', 'z')": None,
    "regexp_extract('a12', '([a-z])(\\d+)', 2)": "12",
    "regexp_extract('a12', '\\d+')": "12",
    "regexp_replace('a1 b2', '([a-z])(\\d)', '$2$1')": "1a 2b",
    "regexp_like('abc', 'b')": True,
    "split('a,b', ',')": ["a", "b"],
    "split_part('a,b', ',', 2)": "b",
    "split_part('a,b', ',', 3)": None,
    "try(split_part('a', ',', 0))": None,
    "substr('abc', 0)": "",
    "substr('abc', -5, 2)": "",
    "trim(' a' || chr(10))": "a",
    "ltrim(' a ')": "a ",
    "rtrim(' a ')": " a",
    "trim(LEADING 'x' FROM 'xax')": "ax",
    "url_encode('a b~*')": "a+b%7E*",
    "url_decode('a+b%20')": "a b ",
    "url_extract_host('a')": "",
    "url_extract_path('a b')": None,
    "url_extract_query('https://shop.example/?y=%20#z')": "y= ",
    "strpos('abc', 'c')": 3,
    "substr('abcd', 2, 2)": "bc",
    "'a' || 'b'": "ab",
    "concat('a', NULL)": None,
    "length('añ😀')": 3,
    "format('%d-%s-%05.1f', 5, 'x', 2.25e0)": "5-x-002.2",
    "url_extract_host('https://u@shop.example:80/a/b?x=1#f')": "shop.example",
    "url_extract_path('https://shop.example/a/b?x=1#f')": "/a/b",
    "url_extract_protocol('https://shop.example')": "https",
    "url_extract_parameter('https://shop.example/?y=2&x=1%202', 'x')": "1 2",
    "url_extract_parameter('https://shop.example/?y=2', 'x')": None,
    "listagg(t, ',') WITHIN GROUP (ORDER BY t)": "a,b,c,d",
}
JSON: dict[str, Cell] = {
    """json_extract_scalar('{"a": {"b": "x"}}', '$.a.b')""": "x",
    """json_extract_scalar('{"a": {"b": "x"}}', '$.a')""": None,
    """json_extract_scalar('{"a": [true, 1.5]}', '$.a[1]')""": "1.5",
    """json_extract_scalar('{"a": [true]}', '$.a[0]')""": "true",
    """json_extract_scalar('{"a": null}', '$.a')""": None,
    """json_extract_scalar('{"a b": "x"}', '$["a b"]')""": "x",
    """json_extract_scalar('{', '$.a')""": None,
    """json_extract_scalar('{"a": "x"}', '$.a') = 'x'""": True,
    """CAST(json_extract('{"a": "x"}', '$.a') AS varchar)""": "x",
    """json_format(json_extract('{"a": "x"}', '$.a'))""": '"x"',
    """json_extract('{', '$.a')""": None,
    """CAST(json_parse('[1, 2]') AS array(bigint))""": [1, 2],
    """CAST(json_parse('{"a": "x"}') AS map(varchar, varchar))""": {"a": "x"},
    """CAST(json_parse('"x"') AS varchar)""": "x",
    """json_array_length('[1, 2]')""": 2,
    """json_size('{"a": {"b": 1, "c": 2}}', '$.a')""": 2,
    """json_size('{"a": [1, 2, 3]}', '$.a')""": 3,
    """json_size('{"a": 1}', '$.a')""": 0,
    """json_size('{"a": 1}', '$.z')""": None,
    """json_size('{', '$.a')""": None,
    """json_array_length('{"a": 1}')""": None,
}
TIMES: dict[str, Cell] = {
    "from_unixtime(1500 / 1e3)": datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC),
    "from_unixtime(1500 / 1000)": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "to_unixtime(timestamp '1970-01-01 00:01:00')": 60.0,
    "date_trunc('hour', from_unixtime(5000))": datetime(1970, 1, 1, 1, tzinfo=UTC),
    "date_trunc('week', date '2026-07-01')": date(2026, 6, 29),
    "date_format(from_unixtime(5000), '%Y/%m/%d/%H %i:%s')": "1970/01/01/01 23:20",
    "date_parse('2026/07/01/13', '%Y/%m/%d/%H')": datetime(2026, 7, 1, 13),  # noqa: DTZ001 — Trino's has no zone
    "current_timestamp": NOW,
    "now() - interval '1' hour": NOW.replace(hour=12),
    "localtimestamp": NOW.replace(tzinfo=None),
    "current_date": date(2026, 7, 1),
    "date_add('day', -1, date '2026-03-01')": date(2026, 2, 28),
    "date_add('month', 1, date '2026-01-31')": date(2026, 2, 28),
    "date_add('hour', 2, timestamp '2026-03-01 23:00:00')": datetime(2026, 3, 2, 1),  # noqa: DTZ001
    "date '2026-03-01' - interval '1' day": date(2026, 2, 28),
    "interval '1' day + date '2026-03-01'": date(2026, 3, 2),
    "date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 01:00:00')": 0,
    "date_diff('minute', from_unixtime(0), from_unixtime(90))": 1,
    "date_diff('month', date '2026-01-31', date '2026-02-27')": 0,
    "at_timezone(timestamp '2026-01-01 00:00:00', 'Europe/Madrid')": datetime(2026, 1, 1, tzinfo=UTC),
    "timestamp '2026-07-01 00:00:00 UTC' AT TIME ZONE 'Europe/Madrid'": datetime(2026, 7, 1, tzinfo=UTC),
    "timestamp '2026-01-01 00:00:00' AT TIME ZONE 'Europe/Madrid'": datetime(2026, 1, 1, tzinfo=UTC),
    "hour(timestamp '2026-07-01 00:00:00 UTC' AT TIME ZONE 'Europe/Madrid')": 2,
    "with_timezone(timestamp '2026-07-01 02:00:00', 'Europe/Madrid')": datetime(2026, 7, 1, tzinfo=UTC),
    "to_iso8601(date '2026-07-01')": "2026-07-01",
    "to_iso8601(from_unixtime(1.5e0))": "1970-01-01T00:00:01.500Z",
    "from_iso8601_timestamp('2026-07-01T00:00:00Z')": datetime(2026, 7, 1, tzinfo=UTC),
    "day_of_week(date '2026-11-22')": 7,
    "week(date '2026-01-01')": 1,
    "year(current_date) * 100 + month(current_date)": 202607,
    "hour(current_timestamp)": 13,
    "date_trunc('day', max(date '2026-03-01'))": date(2026, 3, 1),
    "max(date '2026-03-01') - interval '1' day": date(2026, 2, 28),
    "date_add('hour', 1, min(timestamp '2026-03-01 23:00:00'))": datetime(2026, 3, 2),  # noqa: DTZ001
    "to_iso8601(max(date '2026-07-01'))": "2026-07-01",
}
CONTAINERS: dict[str, Cell] = {
    "map(ARRAY['a'], ARRAY['x'])['a']": "x",
    "element_at(map(ARRAY['a'], ARRAY['x']), 'z')": None,
    "ARRAY[5, 6][2]": 6,
    "element_at(ARRAY[5, 6], 3)": None,
    "element_at(ARRAY[5, 6], -1)": 6,
    "element_at(split('a,b', ','), 2)": "b",
    "cardinality(map(ARRAY['a'], ARRAY[1]))": 1,
    "cardinality(ARRAY[1, 2])": 2,
    "map_keys(map(ARRAY['a'], ARRAY[1]))": ["a"],
    "map_agg(g, x)": {"o": 1, "e": 2},
    "histogram(g)": {"o": 2, "e": 2},
    "array_agg(x ORDER BY x DESC)": [4, 3, 2, 1],
    "array_join(ARRAY['a', 'b'], '-')": "a-b",
    "array_position(ARRAY['a'], 'a')": 1,
    "array_position(ARRAY['a'], 'z')": 0,
    "array_position(CAST(NULL AS array(varchar)), 'z')": None,
    "array_sort(ARRAY[3, NULL, 1])": [1, 3, None],
    "array_distinct(ARRAY[3, 1, 2, 1, 3])": [3, 1, 2],
    "array_union(ARRAY[3, 1], ARRAY[2, 3])": [3, 1, 2],
    "array_except(ARRAY[3, 1, 2, 3], ARRAY[1])": [3, 2],
    "arrays_overlap(ARRAY[1], ARRAY[1, 2])": True,
    "array_sort(array_union(ARRAY[1, 1], ARRAY[2]))": [1, 2],
    "array_except(ARRAY[1, 2, 2], ARRAY[1])": [2],
    "contains(ARRAY[1], 1)": True,
    "slice(ARRAY[1, 2, 3, 4], 2, 2)": [2, 3],
    "slice(ARRAY[1, 2, 3, 4], -2, 2)": [3, 4],
    "sequence(1, 3)": [1, 2, 3],
    "sequence(3, 1)": [3, 2, 1],
    "sequence(1, 6, 2)": [1, 3, 5],
    "filter(ARRAY[1, 2, 3], e -> e > 1)": [2, 3],
    "transform(ARRAY[1, 2], e -> e * 2 / 4)": [0, 1],
    "reduce(ARRAY[1, 2, 3], 0, (s, e) -> s + e, s -> s * 10)": 60,
    "any_match(ARRAY[1, 2], e -> e > 1)": True,
    "any_match(CAST(ARRAY[] AS array(bigint)), e -> e > 1)": False,
    "all_match(ARRAY[1, 2], e -> e > 1)": False,
    "none_match(ARRAY[1, 2], e -> e > 5)": True,
    "any_match(CAST(NULL AS array(bigint)), e -> e > 5)": None,
}
_OF_ROWS = re.compile(r"\([xtg]\b")
DATA = "FROM (VALUES (1, 'a', 'o'), (2, 'b', 'e'), (3, 'c', 'o'), (4, 'd', 'e')) AS v (x, t, g)"


@pytest.mark.parametrize(
    ("expression", "expected"), [case for table in (NUMBERS, TEXTS, JSON, TIMES, CONTAINERS) for case in table.items()]
)
def test_an_expression_has_trinos_value(engine: DuckDbEngine, expression: str, expected: Cell) -> None:
    [[value]] = engine.query(f"SELECT {expression} {DATA if _OF_ROWS.search(expression) else ''}").rows
    if isinstance(expected, float):
        assert isinstance(value, float)
        assert math.isclose(value, expected)
    else:
        assert value == expected
        assert type(value) is type(expected)


UNNESTED = {
    "SELECT x FROM UNNEST(ARRAY[1, 2]) AS u (x)": [(1,), (2,)],
    "SELECT v.i, u.x FROM (VALUES (1, ARRAY['p', 'q'])) AS v (i, a) CROSS JOIN UNNEST(a) AS u (x)": [
        (1, "p"),
        (1, "q"),
    ],
    "SELECT x, n FROM (VALUES (ARRAY['p', 'q'])) AS v (a) CROSS JOIN UNNEST(a) WITH ORDINALITY AS u (x, n)": [
        ("p", 1),
        ("q", 2),
    ],
    "SELECT k, w FROM (VALUES (map(ARRAY['a', 'b'], ARRAY[1, 2]))) AS v (m) CROSS JOIN UNNEST(m) AS u (k, w)": [
        ("a", 1),
        ("b", 2),
    ],
    "SELECT k, w, n FROM UNNEST(map(ARRAY['a'], ARRAY[1])) WITH ORDINALITY AS u (k, w, n)": [("a", 1, 1)],
    "SELECT x, y FROM UNNEST(ARRAY[1, 2], ARRAY['a']) AS u (x, y)": [(1, "a"), (2, None)],
    "SELECT x, y, n FROM UNNEST(ARRAY[1, 2], ARRAY['a']) WITH ORDINALITY AS u (x, y, n)": [(1, "a", 1), (2, None, 2)],
    "SELECT i, x FROM (VALUES (1, ARRAY[7]), (2, NULL)) AS v (i, a) LEFT JOIN UNNEST(a) AS u (x) ON TRUE": [
        (1, 7),
        (2, None),
    ],
    "SELECT n, s FROM UNNEST(CAST(json_parse(:rows) AS array(row(n bigint, s varchar)))) AS u (n, s)": [(1, "x")],
    "SELECT d FROM UNNEST(sequence(date '2026-01-31', date '2026-02-01')) AS u (d)": [
        (date(2026, 1, 31),),
        (date(2026, 2, 1),),
    ],
    "SELECT d FROM UNNEST(sequence(date '2026-01-01', date '2026-01-15', interval '7' day)) AS u (d)": [
        (date(2026, 1, 1),),
        (date(2026, 1, 8),),
        (date(2026, 1, 15),),
    ],
}


@pytest.mark.parametrize("sql", UNNESTED)
def test_unnest_gives_trinos_rows(engine: DuckDbEngine, sql: str) -> None:
    parameters = {"rows": '[{"n": 1, "s": "x"}]'} if ":rows" in sql else {}
    assert list(engine.query(sql + " ORDER BY 1", parameters).rows) == UNNESTED[sql]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1 / 0", "Division by zero"),
        ("map(ARRAY['a'], ARRAY[1])['b']", "Key not present in map: b"),
        ("ARRAY[1][2]", "no element 2"),
        ("ARRAY[1][0]", "no element 0"),
        ("CAST('x' AS bigint)", "^Cannot cast 'x' to bigint$"),
        ("CAST('1.5' AS bigint)", "^Cannot cast '1.5' to bigint$"),
        ("split_part('a', ',', 0)", "^Index must be greater than zero$"),
        ("slice(ARRAY[1], 0, 1)", "indices start at 1"),
        ("url_decode('%zz')", "Illegal hex characters"),
    ],
)
def test_what_fails_in_trino_fails(engine: DuckDbEngine, expression: str, words: str) -> None:
    with pytest.raises(ExecutionError, match=words):
        engine.query(f"SELECT {expression}")


@pytest.mark.parametrize(
    "expression",
    [
        "format_datetime(now(), 'G')",
        "transform_keys(map(ARRAY['a'], ARRAY[1]), (k, v) -> k)",
        "approx_percentile(x, 2, 0.5)",
        "levenshtein_distance('a', 'ñ')",
        "CAST(1e0 AS varchar)",
    ],
)
def test_what_cannot_be_translated_exactly_is_refused(engine: DuckDbEngine, expression: str) -> None:
    with pytest.raises(NotTranslatableError):
        engine.query(f"SELECT {expression} {DATA}")
