"""The tables of AWS's engagement database sample in a deployment's lake: none, views or external ones."""

from typing import Any

import pytest

from infra.aws.settings.deployment import DeploymentSettings
from queries.compatibility.tables import DATABASE, TABLES
from tests.infra.synthesis import synthesised

pytestmark = pytest.mark.slow


def sample_tables(form: str) -> dict[str, dict[str, Any]]:
    """What the template says of each, by its name."""
    resources = synthesised({"lake.compatibility_tables": form})["lake"]["Resources"]
    databases = {
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Glue::Database" and resource["Properties"]["DatabaseInput"]["Name"] == DATABASE
    }
    return {
        resource["Properties"]["TableInput"]["Name"]: resource["Properties"]["TableInput"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Glue::Table" and resource["Properties"]["DatabaseName"].get("Ref") in databases
    }


def test_a_deployment_has_none_unless_it_wants_them() -> None:
    assert DeploymentSettings.read({}).lake.compatibility_tables == "none"
    assert sample_tables("none") == {}


def test_views_hold_their_statement_and_no_files() -> None:
    made = sample_tables("views")
    assert made.keys() == TABLES.keys()
    for table in made.values():
        assert table["TableType"] == "VIRTUAL_VIEW"
        assert table["ViewOriginalText"].startswith("/* Presto View: ")
        assert table["StorageDescriptor"]["Location"] == ""
        assert table["PartitionKeys"] == []


@pytest.mark.parametrize(("name", "folder"), [(table.name, table.ours.name) for table in TABLES.values()])
def test_external_tables_read_our_files_by_position(name: str, folder: str) -> None:
    table = sample_tables("external")[name]
    stored = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert stored["SerdeInfo"]["Parameters"]["parquet.column.index.access"] == "true"
    assert stored["Location"]["Fn::Join"][1][-1] == f"/lake/{folder}/"
    assert "ViewOriginalText" not in table


def test_hours_of_events_are_projected_as_timestamps() -> None:
    table = sample_tables("external")["engagementdb-events-table"]
    assert table["PartitionKeys"] == [{"Name": "ingest_timestamp", "Type": "timestamp"}]
    first_hour = DeploymentSettings.read({}).lake.first_hour
    assert table["Parameters"]["projection.ingest_timestamp.range"] == f"{first_hour},NOW"
