"""Functions evaluated twice: on the embedded engine, translated, and by Velox, which has Presto's functions in C++.

Trino's functions are Presto's, of which Velox is a second implementation. It has a wheel for x86-64 Linux only.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from queries.catalogue.entries import Catalogue
from queries.embedded.listed import forms
from queries.engines.duckdb import DuckDbEngine
from queries.resolve import entry_tree
from queries.result import Cell
from queries.statement import DIALECT
from tests.velox.expressions import EXPRESSIONS, NOT_COMPARED
from tests.velox.inputs import columns

ROOT = Path(__file__).parents[2]
TYPES = {"i": "bigint", "t": "varchar", "u": "varchar", "n": "bigint", "k": "bigint", "d": "double", "e": "double"}
HAS_WHEEL = sys.platform == "linux" and os.uname().machine == "x86_64" and sys.version_info < (3, 13)
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyvelox") is None and not (HAS_WHEEL and "CI" in os.environ), reason="no wheel of pyvelox"
)


@cache
def by_velox() -> Mapping[str, list[str | None]]:
    """Each expression's values as JSON, row by row."""
    request = json.dumps({"columns": columns(), "expressions": EXPRESSIONS})
    command = [sys.executable, "-m", "tests.velox.worker"]
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=True, cwd=ROOT)
    return dict(zip(EXPRESSIONS, json.loads(done.stdout), strict=True))


@cache
def by_duckdb() -> Mapping[str, list[Cell]]:
    """All in one question."""
    answers = ", ".join(f"try({expression}) AS answer_{index}" for index, expression in enumerate(EXPRESSIONS))
    typed = ", ".join(f"{name} {TYPES[name]}" for name in columns())
    rows = [dict(zip(columns(), row, strict=True)) for row in zip(*columns().values(), strict=True)]
    names = ", ".join(columns())
    sql = f"SELECT {answers} FROM UNNEST(CAST(json_parse(:rows) AS array(row({typed})))) AS v ({names}) ORDER BY i"  # noqa: S608
    result = DuckDbEngine(Path("no lake")).query(sql, {"rows": json.dumps(rows)})
    return dict(zip(EXPRESSIONS, map(list, zip(*result.rows, strict=True)), strict=True))


def as_json(cell: Cell) -> object:
    return float(cell) if isinstance(cell, Decimal) else cell


def same(ours: object, theirs: object) -> bool:
    if isinstance(ours, float):
        other = float(theirs) if isinstance(theirs, int | float | str) else math.inf  # JSON has "NaN"
        return math.isclose(ours, other, rel_tol=1e-12) or (math.isnan(ours) and math.isnan(other))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_engines_give_the_same_values(expression: str) -> None:
    theirs = by_velox()[expression]
    assert isinstance(theirs, list), theirs
    pairs = zip(by_duckdb()[expression], theirs, strict=True)
    read = [(as_json(mine), None if other is None else json.loads(other)) for mine, other in pairs]
    assert [(row, *pair) for row, pair in enumerate(read) if not same(*pair)] == []


def test_every_function_of_a_shipped_question_is_compared_or_named() -> None:
    scalar = {
        name
        for entry in Catalogue.shipped().entries.values()
        for name in called(entry_tree(entry))
        if all(form.kind == "scalar" for form in forms()[name])
    }
    compared = {name for each in EXPRESSIONS for name in called(parse_one(each, dialect=DIALECT))}
    assert scalar - compared == NOT_COMPARED


def called(tree: exp.Expr) -> set[str]:
    """The names of its functions, but for a row's."""
    return {node.name.lower() for node in tree.find_all(exp.Anonymous)} - {"row"}
