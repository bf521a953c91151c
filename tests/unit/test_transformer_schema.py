"""The row check, and what every table promises."""

from typing import Any

import orjson
import pytest

from tests.golden.schema import SNAPSHOT, as_snapshot, changed
from transformer.schema import EMPTY, EVENTS, TABLES, SchemaError


def row(**changes: Any) -> dict[str, Any]:
    return {column.name: EMPTY[column.type] for column in EVENTS.columns} | changes


def test_an_empty_row_is_a_row() -> None:
    EVENTS.check(row())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": None}, "status is NoneType, not string"),
        ({"occurred_at": True}, "occurred_at is bool, not bigint"),
        ({"occurred_at": 1 << 63}, "occurred_at holds"),
        ({"destination_address": ["a", 1]}, "destination_address holds"),
        ({"tags": {"a": 1}}, "tags holds"),
        ({"tags": {1: "a"}}, "tags holds"),
        ({"colour": "red"}, "colour is not a column"),
    ],
)
def test_a_row_that_is_none_is_refused_by_its_column(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SchemaError, match=f"^{reason}"):
        EVENTS.check(row(**changes))


def test_a_missing_column_is_named() -> None:
    values = row()
    del values["channel"]
    with pytest.raises(SchemaError, match=r"^channel is missing"):
        EVENTS.check(values)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_columns_are_lower_case_unique_and_explained(table: Any) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and column.meaning for name, column in zip(names, table.columns, strict=True))
    assert table.filled <= set(names)


def test_columns_are_only_ever_added() -> None:
    before = orjson.loads(SNAPSHOT.read_bytes())
    assert changed(before, as_snapshot()) == []
    assert before == as_snapshot(), "a column is new: `python -m tests.golden.schema` takes it into the snapshot"


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ({"t": {"a": "string"}}, {"t": {"a": "string", "b": "bigint"}}, []),
        ({"t": {"a": "string"}}, {"t": {"a": "string"}, "u": {}}, []),
        ({"t": {"a": "string"}}, {"t": {"a": "bigint"}}, ["t.a was string and is bigint"]),
        ({"t": {"a": "string"}}, {"t": {"b": "string"}}, ["t.a is gone"]),
        ({"t": {"a": "string"}}, {}, ["t.a is gone"]),
    ],
)
def test_a_column_that_is_gone_or_has_another_type_is_named(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]], reasons: list[str]
) -> None:
    assert changed(before, after) == reasons
