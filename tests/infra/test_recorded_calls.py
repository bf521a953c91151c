"""What the functions call is recorded, known, and complete."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from botocore import xform_name

from tests.infra.permissions.recorded import Recorded, kept, record, shown
from tests.infra.permissions.recording import OURS, REPOSITORY, Call
from tests.infra.permissions.reference import resource_types
from tests.infra.permissions.rights import MissingRowError, Row, Table

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("permissions")]

CLIENTS = {"client", "_client", "_s3", "_ses", "_sms", "s3"}  # what our code calls a client of botocore
# What is no operation but leads to some: of boto3 and of awswrangler.
CONVENIENCES = {
    "delete_objects": {"delete_objects"},
    "get_paginator": {"list_objects_v2"},
    "read_parquet": {"get_object", "head_object"},
    "upload_fileobj": {
        "abort_multipart_upload",
        "complete_multipart_upload",
        "create_multipart_upload",
        "put_object",
        "upload_part",
    },
}
# What rows call otherwise: a model is one of two types, by its id; Glue checks a table's catalogue and database too.
TYPES = {
    "phone-number": ("PhoneNumber",),
    "bucket-of-results": ("bucket",),
    "model": ("foundation-model", "inference-profile"),
    "object-of-results": ("object",),
    "table-of-glue": ("catalog", "database", "table"),
}


@pytest.fixture(scope="module")
def recorded() -> list[Recorded]:
    return record()


def test_what_is_recorded_is_what_is_committed(recorded: list[Recorded]) -> None:
    assert shown(recorded) == kept(), "look at the change, then run `python -m tests.infra.permissions`"


def test_every_line_that_calls_aws_is_led_to_by_a_situation(recorded: list[Recorded]) -> None:
    reached = [call for each in recorded for call, _ in each.calls]
    silent = [place for place in _places() if not any(place.holds(call) for call in reached)]
    assert silent == []


def test_every_call_goes_through_what_is_called_a_client(recorded: list[Recorded]) -> None:
    places = list(_places())
    hidden = {
        f"{call.file}:{call.line}"
        for each in recorded
        for call, _ in each.calls
        if not any(place.holds(call) for place in places)
    }
    assert hidden == set()


def test_every_row_of_the_table_is_needed_by_a_call(recorded: list[Recorded]) -> None:
    needed = {row for each in recorded for _, rights in each.calls for row, _ in rights}
    assert [row for row in Table.read().row if row not in needed] == []


def test_a_call_that_the_table_does_not_know_is_refused() -> None:
    with pytest.raises(MissingRowError, match=r"orchestrator/x\.py:7 calls s3 DeleteBucket"):
        Table.read().needed(Call("s3 DeleteBucket", {"Bucket": "b"}, "orchestrator/x.py", 7), [])


@pytest.mark.parametrize("row", Table.read().row, ids=lambda row: f"{row.operation}, {row.action} on {row.on}")
def test_a_row_is_as_the_service_authorization_reference_has_it(row: Row) -> None:
    assert row.action.partition(":")[0] in Table.read().references
    known = resource_types(row.action)
    asked = {kind.lower() for kind in TYPES.get(row.on, (row.on,) if row.on else ())}
    assert row.beyond or (asked and asked <= known) or not (asked or known), f"{row.action} knows {set(known)}"


@pytest.mark.parametrize("row", Table.read().row, ids=lambda row: f"{row.operation}, {row.action} on {row.on}")
def test_a_row_says_why_where_its_action_is_not_the_operations_own(row: Row) -> None:
    own = row.operation.partition(" ")[2] == row.action.partition(":")[2]
    assert own or row.reason
    assert not (row.beyond and not row.source)


class Place(NamedTuple):
    """Where our code calls a client."""

    file: str
    first: int
    last: int
    method: str

    def holds(self, call: Call) -> bool:
        operation = xform_name(call.operation.partition(" ")[2])
        if self.method in CONVENIENCES:
            return operation in CONVENIENCES[self.method] and call.file in ("", self.file)
        return call.file == self.file and self.first <= call.line <= self.last and operation == self.method


def _places() -> Iterator[Place]:
    for folder in OURS:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            file = path.relative_to(REPOSITORY).as_posix()
            yield from _places_in(file, ast.parse(path.read_text()))


def _places_in(file: str, tree: ast.AST) -> Iterator[Place]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr=method)) if _is_client(receiver):
                yield Place(file, node.lineno, node.end_lineno or node.lineno, method)


def _is_client(receiver: ast.expr) -> bool:
    """`client.…`, `self._client.…`, `boto3.client("x").…`"""
    match receiver:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)):
            return name in CLIENTS
        case _:
            return False
