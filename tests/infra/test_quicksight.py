"""QuickSight data sets over the views: none unless somebody is to own them; each as the view is."""

from functools import cache
from typing import Any

import pytest

from queries.catalogue.entries import Catalogue
from queries.published.columns import column_types
from queries.published.quicksight import MOST_MEANING, data_sets
from tests.infra.linting import linted
from tests.infra.synthesis import Template, synthesis, synthesised

pytestmark = pytest.mark.slow

OWNER = "arn:aws:quicksight:us-east-1:111122223333:user/default/analyst"
CONTEXT = {"quicksight.principal": OWNER, "hub.deployed": "false", "watch.deployed": "false"}
VIEWS = Catalogue.shipped().views


@cache
def stacks() -> dict[str, Template]:
    return synthesised(CONTEXT)


def properties(kind: str) -> list[dict[str, Any]]:
    resources = stacks()["quicksight"]["Resources"].values()
    return [each["Properties"] for each in resources if each["Type"] == f"AWS::QuickSight::{kind}"]


def tables() -> dict[str, dict[str, Any]]:
    """What each data set says about its view, by the view's name."""
    found = [next(iter(each["PhysicalTableMap"].values()))["RelationalTable"] for each in properties("DataSet")]
    return {each["Name"]: each for each in found}


def test_without_an_owner_there_is_no_such_stack() -> None:
    assert "quicksight" not in synthesised({"hub.deployed": "false", "watch.deployed": "false"})


def test_the_data_source_is_the_lakes_workgroup_over_an_encrypted_connection() -> None:
    (source,) = properties("DataSource")
    assert source["Type"] == "ATHENA"
    assert "Workgroup" in str(source["DataSourceParameters"]["AthenaParameters"]["WorkGroup"])
    assert source["SslProperties"] == {"DisableSsl": False}


def test_each_view_is_a_data_set_that_asks_athena_directly() -> None:
    assert sorted(tables()) == sorted(VIEWS)
    assert {each["ImportMode"] for each in properties("DataSet")} == {"DIRECT_QUERY"}
    assert len({each["DataSetId"] for each in properties("DataSet")}) == len(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
def test_a_data_set_has_the_columns_of_its_view_but_for_maps_and_arrays(view: str) -> None:
    types = column_types([VIEWS[view]])[view]
    shown = [each["Name"] for each in tables()[view]["InputColumns"]]
    assert shown == [name for name, type_ in types.items() if not type_.startswith(("map", "array"))]


def test_columns_have_quicksights_types() -> None:
    columns = {each["Name"]: each["Type"] for each in tables()["sms_message_status"]["InputColumns"]}
    assert columns["recipient"] == "STRING"
    assert columns["parts"] == "INTEGER"
    assert columns["total_price"] == "DECIMAL"
    assert columns["first_event_at"] == "DATETIME"
    whatsapp = {each["Name"]: each["Type"] for each in tables()["whatsapp_message_status"]["InputColumns"]}
    assert whatsapp["delivered"] == "BIT"


def test_every_column_brings_its_whole_meaning_along() -> None:
    assert max(len(meaning) for view in VIEWS.values() for meaning in view.columns.values()) <= MOST_MEANING
    (set_,) = [each for each in properties("DataSet") if each["DataSetId"].endswith("-sms-message-status")]
    (logical,) = set_["LogicalTableMap"].values()
    told = {
        each["TagColumnOperation"]["ColumnName"]: each["TagColumnOperation"]["Tags"][0]["ColumnDescription"]["Text"]
        for each in logical["DataTransforms"]
    }
    assert told == dict(VIEWS["sms_message_status"].columns)


def test_the_owner_of_the_settings_owns_everything_and_nobody_else_has_anything() -> None:
    for each in (*properties("DataSet"), *properties("DataSource")):
        (permission,) = each["Permissions"]
        assert permission["Principal"] == OWNER
        assert all(action.startswith("quicksight:") for action in permission["Actions"])


def test_a_view_without_a_type_that_quicksight_knows_would_be_seen() -> None:
    """Nothing but maps and arrays may be left out in silence."""
    left = {
        type_.partition("(")[0]
        for each in data_sets(Catalogue.shipped())
        for name, type_ in column_types([VIEWS[each.name]])[each.name].items()
        if name not in {column.name for column in each.columns}
    }
    assert left == {"map"}


def test_cfn_lint_and_cdk_nag_find_nothing() -> None:
    found = synthesis(CONTEXT)
    assert linted(found.texts["quicksight"]) == ()
    assert found.findings == []
