"""Files written before a column existed are read beside new ones, which have it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from queries.engines.duckdb import DuckDbEngine
from tests.lake_rows import HOUR, row, write
from transformer.lake.parquet import read_known
from transformer.schema import TABLES, TableName


@pytest.fixture(params=list(TABLES))
def table(request: pytest.FixtureRequest) -> TableName:
    return TABLES[request.param].name


def write_before_tenants(lake: Path, table: TableName) -> Path:
    path = write(lake, table, [row(table, event_id="old")], HOUR, "old")
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["tenant"]), path)
    return path


def test_a_question_reads_old_files_and_new_ones(tmp_path: Path, table: TableName) -> None:
    write_before_tenants(tmp_path, table)
    write(tmp_path, table, [row(table, event_id="new", tenant="lamps")])
    found = DuckDbEngine(tmp_path).query(f"SELECT event_id, tenant FROM {table}")  # noqa: S608  # its own
    assert set(found.rows) == {("new", "lamps"), ("old", None)}


def test_a_merged_file_has_todays_columns(tmp_path: Path, table: TableName) -> None:
    with write_before_tenants(tmp_path, table).open("rb") as file:
        rows = read_known(file, table)
    assert tuple(rows.column_names) == TABLES[table].column_names
    assert rows["tenant"].to_pylist() == [None]
