"""Every view and report opens the files of exactly the hours that its header says, by the engine's own profile."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from queries.catalogue.entries import Catalogue, Entry
from queries.catalogue.parameters import Value
from queries.compose import compose
from queries.engines.duckdb import DuckDbEngine
from queries.resolve import entry_tree
from queries.statement import DIALECT
from tests.lake_rows import row, write
from transformer.schema import TABLES

pytestmark = pytest.mark.slow

SHIPPED = Catalogue.shipped()
FROM = datetime(2026, 7, 10, 6, tzinfo=UTC)
UNTIL = datetime(2026, 7, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def parameters(entry: Entry) -> dict[str, Value]:
    hours = {"from_hour": f"{FROM:%Y/%m/%d/%H}", "until_hour": f"{UNTIL:%Y/%m/%d/%H}"}
    return {each.name: hours.get(each.name) or each.read(each.default or "x") for each in entry.parameters}


def opened(lake: Path, entry: Entry) -> set[str]:
    """`table/yyyy/MM/dd/HH` of every file that was opened."""
    sql = entry.sql if entry.kind == "report" else "SELECT * FROM the_view".replace("the_view", entry.name)
    plan = str(DuckDbEngine(lake).query(f"EXPLAIN ANALYZE {sql}", parameters(entry)).rows)
    return set(re.findall(r"\w+/\d{4}/\d{2}/\d{2}/\d{2}(?=/\w+\.parquet)", plan))


@pytest.mark.parametrize("name", [name for name, entry in SHIPPED.entries.items() if entry.scans])
def test_the_files_of_the_hours_that_a_header_names_are_opened_and_no_others(tmp_path: Path, name: str) -> None:
    entry = SHIPPED.entries[name]
    expected = set()
    for scan in entry.scans:
        table = TABLES[scan.table].name
        first, end = FROM - scan.before, UNTIL + scan.after
        for hour in (first - HOUR, first, end - HOUR, end):
            write(tmp_path, table, [row(table)], hour)
        expected |= {f"{table}/{hour:%Y/%m/%d/%H}" for hour in (first, end - HOUR)}
    assert opened(tmp_path, entry) == expected


@pytest.mark.parametrize("name", SHIPPED.entries)
def test_a_header_names_the_tables_that_are_read(name: str) -> None:
    entry = SHIPPED.entries[name]
    composed = compose(entry_tree(entry), SHIPPED, TABLES, parameters(entry), FROM, entry.parameters)
    assert composed.tables == {scan.table for scan in entry.scans}


@pytest.mark.parametrize("name", [name for name, entry in SHIPPED.entries.items() if entry.scans])
def test_what_athena_is_sent_bounds_the_bare_partition_column_by_constants(name: str) -> None:
    """So that it projects the partitions of those hours only; a function of the column would not do, nor another one.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
    """
    entry = SHIPPED.entries[name]
    composed = compose(entry_tree(entry), SHIPPED, TABLES, parameters(entry), FROM, entry.parameters)
    sent = parse_one(composed.tree.sql(DIALECT), dialect=DIALECT)
    reads = [table for table in sent.find_all(exp.Table) if table.name in TABLES]
    assert reads
    for table in reads:
        select = table.parent_select
        assert select
        bounds = {type(each) for each in conjuncts(select) if bounds_hour(each)}
        assert {exp.GTE, exp.LT} <= bounds


def conjuncts(select: exp.Select) -> list[exp.Expr]:
    where = select.args.get("where")
    return list(where.this.flatten()) if where and isinstance(where.this, exp.And) else []


def bounds_hour(condition: exp.Expr) -> bool:
    column, constant = condition.this, condition.args.get("expression")
    is_hour = isinstance(column, exp.Column) and column.name == "hour"
    return is_hour and isinstance(constant, exp.Expr) and not constant.find(exp.Column, exp.Query)
