"""What a report's header promises beside its numbers: a chart, the tables it scans, parameters with a meaning."""

from datetime import timedelta
from pathlib import Path

import pytest

from queries.catalogue.chart import Chart
from queries.catalogue.entries import Catalogue, HeaderError, read_entry
from queries.catalogue.scans import Scan
from queries.engines.duckdb import DuckDbEngine
from queries.result import Column

SHIPPED = Catalogue.shipped()
REPORTS = [entry for entry in SHIPPED.entries.values() if entry.kind == "report"]
LISTS = {"email_subjects", "message_history", "unanswered"}  # each row is one mail, event or question
NUMBERS = ("bigint", "double", "decimal", "integer")

GOOD = """-- title: T
-- description: D
-- parameter from_hour hour = 1970/01/01/00: M
-- column a: first
-- column b: second
-- scans: events from 1 hour before to 3 days after; conversations
-- chart: line x=a,b y=a,b series=b counts
SELECT 1 AS a, 2 AS b
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "q.sql"


def test_a_chart_and_scans_are_read(path: Path) -> None:
    path.write_text(GOOD)
    entry = read_entry(path, "report")
    assert entry.chart == Chart("line", ("a", "b"), ("a", "b"), "b", counts=True)
    assert entry.scans == (
        Scan("events", timedelta(hours=1), timedelta(days=3)),
        Scan("conversations", timedelta(), timedelta()),
    )


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("line x=a", "pie x=a", "not a chart: pie"),
        ("series=b", "series=c", "the chart needs a column c, which there is not"),
        ("1 hour before", "one hour before", "not tables and their hours: events from one"),
        ("; conversations", ", conversations", "not tables and their hours"),
    ],
)
def test_a_chart_or_scan_that_is_wrong_is_named(path: Path, good: str, bad: str, words: str) -> None:
    path.write_text(GOOD.replace(good, bad))
    with pytest.raises(HeaderError, match=words):
        read_entry(path, "report")


@pytest.mark.parametrize("entry_name", [entry.name for entry in REPORTS])
def test_a_report_has_a_chart_of_numbers_unless_it_is_a_list(tmp_path: Path, entry_name: str) -> None:
    entry = SHIPPED.entries[entry_name]
    if entry.chart is None:
        assert entry.name in LISTS
        return
    required = {parameter.name: "x" for parameter in entry.parameters if parameter.default is None}
    types = {column.name: column.type for column in DuckDbEngine(tmp_path).query(entry.name, required).columns}
    assert all(types[name].startswith(NUMBERS) for name in entry.chart.y)


@pytest.mark.parametrize("name", [name for name, entry in SHIPPED.entries.items() if entry.scans])
def test_hours_have_the_same_defaults_everywhere(name: str) -> None:
    """A question's own parameters and those of its views are one: they must not disagree."""
    hours = {each.name: each.default for each in SHIPPED.entries[name].parameters if each.type == "hour"}
    assert hours == {"from_hour": "1970/01/01/00", "until_hour": "2999/12/31/23"}
    assert all(parameter.meaning for parameter in SHIPPED.entries[name].parameters)


def test_the_columns_of_a_result_are_typed_as_athena_types_them(tmp_path: Path) -> None:
    result = DuckDbEngine(tmp_path).query("sms_cost_by_country")
    assert Column("total_price", "decimal(38,5)") in result.columns
