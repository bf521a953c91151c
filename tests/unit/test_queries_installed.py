"""What Athena keeps of the catalogue answers as the catalogue does."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlglot import exp

from queries.catalogue.entries import Catalogue
from queries.engines.duckdb import DuckDbEngine
from queries.published.installed import saved_query, views
from queries.result import Cell, Result
from queries.statement import Question, read
from tests.queries.cases import SHIPPED, all_cases, arrivals, stored, write_lake
from transformer.schema import TABLES

pytestmark = pytest.mark.slow

VIEWS = views(SHIPPED)
REPORTS = [name for name, entry in SHIPPED.entries.items() if entry.kind == "report"]
INSTALLED = Catalogue({name: replace(SHIPPED.entries[name], sql=select) for name, select in VIEWS.items()})


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the hand-made lakes hold."""
    folder = tmp_path_factory.mktemp("lake")
    lakes = sorted({case.lake for case in all_cases()})
    write_lake(folder, stored(arrival for name in lakes for arrival in arrivals(name)))
    return folder


def _zoneless(result: Result) -> list[tuple[Cell, ...]]:
    rows = [
        tuple(cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row) for row in result.rows
    ]
    return sorted(rows, key=repr)


def test_every_view_is_installed_after_those_that_it_is_made_of() -> None:
    assert VIEWS.keys() == SHIPPED.views.keys()
    known = set(TABLES)
    for name, select in VIEWS.items():
        statement = read(select)
        assert isinstance(statement, Question)
        ctes = {cte.alias for cte in statement.tree.ctes}
        assert {table.name for table in statement.tree.find_all(exp.Table)} - ctes <= known, name
        known.add(name)


@pytest.mark.parametrize("name", VIEWS)
def test_an_installed_view_shows_the_same_rows_and_its_times_have_no_zone(lake: Path, name: str) -> None:
    ours, installed = DuckDbEngine(lake).query(name), DuckDbEngine(lake, INSTALLED).query(name)
    assert installed.column_names == ours.column_names
    assert [column.type for column in installed.columns] == [
        column.type.replace(" with time zone", "") for column in ours.columns
    ]
    assert _zoneless(installed) == _zoneless(ours)


@pytest.mark.parametrize("name", REPORTS)
def test_a_saved_query_answers_what_its_report_does(lake: Path, name: str) -> None:
    entry = SHIPPED.entries[name]
    engine = DuckDbEngine(lake)
    needed = {parameter.name: "" for parameter in entry.parameters if parameter.default is None}
    answer = engine.query(saved_query(entry, SHIPPED))
    assert answer.column_names == tuple(entry.columns)
    assert _zoneless(answer) == _zoneless(engine.query(name, needed))


def test_the_lake_of_these_tests_has_rows_for_every_view_of_messages(lake: Path) -> None:
    engine = DuckDbEngine(lake)
    assert [name for name in VIEWS if name.endswith("_status") and not engine.query(name).rows] == []


def test_an_analyst_sees_which_literal_stands_for_which_parameter() -> None:
    text = saved_query(SHIPPED.entries["email_funnel_by_domain"], SHIPPED)
    assert text.startswith("-- From sending a mail to a click in it")
    assert "-- from_hour: the first hour that counts, UTC" in text
    assert "'1970/01/01/00' /* from_hour */" in text
