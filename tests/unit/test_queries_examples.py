"""The examples of Trino's documentation, each on the embedded engine, and what is not listed: refused."""

import math
from pathlib import Path

import pytest

from queries.embedded.listed import forms
from queries.engines.duckdb import DuckDbEngine
from queries.trino.examples import Example, examples, examples_of_each
from tests.field_cases_sql import run, shown

ENGINE = DuckDbEngine(Path("no lake"))


def same(ours: object, documented: object) -> bool:
    if isinstance(ours, float) and isinstance(documented, float):
        return math.isclose(ours, documented, rel_tol=1e-12)
    if isinstance(ours, list) and isinstance(documented, list):
        return len(ours) == len(documented) and all(map(same, ours, documented))
    return type(ours) is type(documented) and ours == documented


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.selected)
def test_an_example_of_the_documentation_has_its_value(example: Example) -> None:
    [[value]] = ENGINE.query(f"SELECT {example.selected}").rows
    assert same(shown(value), example.value), example.url


def test_there_are_at_least_250_of_them_and_one_of_every_function() -> None:
    assert len(examples()) >= 250
    assert set(forms()) - set(examples_of_each()) == set()


FIELD_CASES = Path(__file__).parents[3] / "shared/field-cases"


@pytest.mark.skipif(not FIELD_CASES.is_dir(), reason="the field cases are not here")
@pytest.mark.parametrize("path", sorted(FIELD_CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_case_of_the_field_is_right(path: Path) -> None:
    checked = run(path)
    assert checked["right"], checked
