"""The AWS sample's tables as Glue would hold them, against the files that they would read."""

import base64
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from queries.compatibility.glue import GlueTable, glue_tables, glue_views
from queries.compatibility.tables import DATABASE, TABLES, SampleTable
from queries.engines.duckdb import DuckDbEngine
from tests.lake_rows import row, write
from transformer.lake.layout import HOURS
from transformer.schema import TableName

LOCATIONS: dict[TableName, str] = {
    "events": "s3://bucket/lake/events/",
    "conversations": "s3://bucket/lake/conversations/",
}
VIEWS = {each.name: each for each in glue_views("parley_prod")}
EXTERNAL = {each.name: each for each in glue_tables(LOCATIONS, "2026/01/01/00")}


def definition(view: GlueTable) -> dict[str, object]:
    """What Athena reads out of a view's text."""
    text = view.view_original_text
    assert text.startswith("/* Presto View: ")
    assert text.endswith(" */")
    found: dict[str, object] = json.loads(base64.b64decode(text.removeprefix("/* Presto View: ").removesuffix(" */")))
    return found


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.ours.name)
def test_read_by_position_each_column_finds_its_values_in_our_files(tmp_path: Path, table: SampleTable) -> None:
    """Position by position, the file's column is the one that the table's column stands for."""
    name: TableName = table.ours.name
    file = pq.ParquetFile(write(tmp_path, name, [row(name)]))
    in_file = [file.schema_arrow.field(index).name for index in range(len(EXTERNAL[table.name].columns))]
    ours = [table.columns.get(column, column) for column, _ in EXTERNAL[table.name].columns]
    assert ours == in_file


def test_the_events_table_has_the_samples_columns_and_no_other() -> None:
    assert [name for name, _ in EXTERNAL["engagementdb-events-table"].columns] == [
        *TABLES["engagementdb-events-table"].columns
    ]


def test_the_conversations_table_has_the_samples_columns_and_ours_between_them() -> None:
    names = [name for name, _ in EXTERNAL["engagementdb-conversations-table"].columns]
    wanted = TABLES["engagementdb-conversations-table"].columns
    assert set(wanted) <= set(names)
    assert [name for name in names if name not in wanted] == [
        "conversation_id",
        "turn_id",
        "citations",
        "latency_ms",
        "input_tokens",
        "output_tokens",
    ]


def test_columns_are_read_by_position_and_hours_are_projected() -> None:
    events = EXTERNAL["engagementdb-events-table"]
    assert events.serde_parameters["parquet.column.index.access"] == "true"
    assert events.partition_keys == (("ingest_timestamp", "timestamp"),)
    assert events.parameters["storage.location.template"] == "s3://bucket/lake/events/${ingest_timestamp}/"
    assert events.parameters["projection.ingest_timestamp.range"] == "2026/01/01/00,NOW"
    assert events.parameters["projection.ingest_timestamp.format"].count("/") == HOURS.count("/")


def test_what_was_said_is_not_partitioned_as_in_the_sample() -> None:
    conversations = EXTERNAL["engagementdb-conversations-table"]
    assert conversations.partition_keys == ()
    assert not any(name.startswith("projection") for name in conversations.parameters)


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_a_view_in_glue_has_the_columns_that_its_statement_gives(tmp_path: Path, view: GlueTable) -> None:
    """Its statement, without the database that only a deployment has, gives here the columns it declares."""
    told = definition(view)
    sql = str(told["originalSql"])
    assert ' FROM "parley_prod"."' in sql
    result = DuckDbEngine(tmp_path).query(sql.replace('"parley_prod".', ""))
    assert [{"name": column.name, "type": column.type} for column in result.columns] == told["columns"]
    assert [name for name, _ in view.columns] == list(result.column_names)
    assert told["schema"] == view.database == DATABASE


@pytest.mark.parametrize("name", TABLES)
def test_both_forms_have_the_same_types(name: str) -> None:
    external = dict([*EXTERNAL[name].columns, *EXTERNAL[name].partition_keys])
    assert dict(VIEWS[name].columns).items() <= external.items()
