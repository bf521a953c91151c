"""Statements made by a grammar, of what analysts write and of what they should not: refused, or right.

Right is what a second implementation gives: Velox, which has Presto's functions, where its wheel is installed.
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.engines.duckdb import DuckDbEngine
from queries.errors import ExecutionError, NotTranslatableError, QueryError
from tests.unit.test_queries_velox import ROOT, as_json, same
from tests.unit.test_queries_velox import pytestmark as needs_velox

ENGINE = DuckDbEngine(Path("no lake"))
WHOLE = st.sampled_from(["n", "k", "7", "-3", "2"])
DOUBLES = st.sampled_from(["d", "e", "1.5e0", "-2.5e0"])
TEXTS = st.sampled_from(["t", "u", "'a,b'", "''", "'Añ'"])


def _whole(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """bigints of bigints, and of texts"""
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*%/"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(st.sampled_from(["greatest", "least", "mod", "bitwise_and"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
        inner.map(lambda each: f"abs({each})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"if({parts[0]} < {parts[1]}, {parts[2]}, {parts[0]})"),
        TEXTS.map(lambda text: f"length({text})"),
        st.tuples(TEXTS, TEXTS).map(lambda parts: f"strpos({parts[0]}, {parts[1]})"),
        inner.map(lambda each: f"coalesce({each}, n)"),
        TEXTS.map(lambda text: f"cardinality(split({text}, ','))"),
    )


def _text(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """texts of texts"""
    return st.one_of(
        st.tuples(st.sampled_from(["lower", "upper", "reverse", "trim"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"concat({parts[0]}, {parts[1]})"),
        st.tuples(inner, st.sampled_from(["1", "2", "-1"])).map(lambda parts: f"substr({parts[0]}, {parts[1]})"),
        inner.map(lambda each: f"replace({each}, 'a', 'bb')"),
        inner.map(lambda each: f"split_part({each}, ',', 1)"),
        inner.map(lambda each: f"coalesce({each}, t)"),
        st.tuples(inner, inner).map(lambda p: f"CASE WHEN {p[0]} < {p[1]} THEN {p[0]} ELSE {p[1]} END"),
    )


RIGHT = st.one_of(
    st.recursive(WHOLE, _whole, max_leaves=5),
    st.recursive(TEXTS, _text, max_leaves=5),
    st.recursive(
        DOUBLES, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    ),
)
# What has another type, one argument too many, or another engine's name.
WRONG = st.one_of(
    st.tuples(WHOLE, TEXTS).map(lambda parts: f"{parts[0]} + {parts[1]}"),
    st.tuples(WHOLE, TEXTS).map(lambda parts: f"{parts[0]} = {parts[1]}"),
    st.tuples(WHOLE, TEXTS).map(lambda parts: f"concat({parts[1]}, {parts[0]})"),
    TEXTS.map(lambda text: f"sqrt({text})"),
    TEXTS.map(lambda text: f"lower({text}, {text})"),
    TEXTS.map(lambda text: f"list_sort([{text}])"),
    TEXTS.map(lambda text: f"{text}::integer"),
    st.tuples(st.sampled_from(["strlen", "ifnull", "list_value", "read_text", "getenv", "nextval", "len"]), TEXTS).map(
        lambda parts: f"{parts[0]}({parts[1]})"
    ),
    WHOLE.map(lambda number: f"lower({number})"),
    WHOLE.map(lambda number: f"if({number}, 1, 2)"),
    TEXTS.map(lambda text: f"CASE WHEN {text} THEN 1 END"),
    TEXTS.map(lambda text: f"date_trunc('day', {text})"),
    WHOLE.map(lambda number: f"approx_percentile({number}, 1, 0.5, 0.1)"),
)
ROWS = "(VALUES (BIGINT '5', BIGINT '-2', 1.5e0, -0.5e0, 'a,b', 'Ab')) AS v (n, k, d, e, t, u)"
COLUMNS = {"n": [5], "k": [-2], "d": [1.5], "e": [-0.5], "t": ["a,b"], "u": ["Ab"]}
PROFILE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@PROFILE
@given(WRONG)
def test_what_athena_would_refuse_is_refused_before_it_is_run(expression: str) -> None:
    with pytest.raises(QueryError) as caught:
        ENGINE.query(f"SELECT {expression} AS x FROM {ROWS}")  # noqa: S608
    assert not isinstance(caught.value, ExecutionError), caught.value


@needs_velox
def test_what_is_not_refused_is_what_velox_gives() -> None:
    made: list[str] = []

    @PROFILE
    @given(RIGHT)
    def collect(expression: str) -> None:
        made.append(expression)

    collect()
    expressions = list(dict.fromkeys(made))
    theirs = dict(zip(expressions, _by_velox(expressions), strict=True))
    compared = 0
    for expression in expressions:
        found = theirs[expression]
        if not isinstance(found, list):
            continue  # Velox's parser coerces nothing: it has no such signature
        other = None if found[0] is None else json.loads(found[0])
        assert same(_ours(expression), other), expression
        compared += 1
    assert compared > len(expressions) / 2


def _ours(expression: str) -> object:
    try:
        [[value]] = ENGINE.query(f"SELECT try({expression}) AS x FROM {ROWS}").rows  # noqa: S608
    except NotTranslatableError as error:
        pytest.fail(f"{expression}: {error}")
    shown = as_json(value)
    return shown if not isinstance(shown, float) or math.isfinite(shown) else None


def _by_velox(expressions: list[str]) -> list[object]:
    request = json.dumps({"columns": COLUMNS, "expressions": expressions})
    command = [sys.executable, "-m", "tests.velox.worker"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    answers: list[object] = json.loads(done.stdout)
    return answers
