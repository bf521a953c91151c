"""Custom resource: the catalogue's views, kept in Athena.

Athena creates a view by a statement in a workgroup, and says only afterwards, in the execution's state, whether it was
able to. A view that it refuses fails the deployment with the view's name and Athena's words.
Sources: https://docs.aws.amazon.com/athena/latest/ug/create-view.html,
https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecutionStatus.html
"""

import functools
import time
from collections.abc import Callable, Iterable
from typing import Any

import botocore.session
import msgspec

from infra.aws.custom.resource import Event, Made, Properties, RefusedError, answer

_WAIT_S = 0.3  # between looks at a statement that is running


class View(msgspec.Struct, frozen=True, rename="pascal"):
    """`select` is the statement that the view stands for."""

    name: str
    select: str


class Wanted(Properties, frozen=True):
    """Views of a database, each after those that it is made of; what Athena runs, it runs in the workgroup."""

    workgroup: str
    database: str
    views: tuple[View, ...]


def handler(event: Event, _context: object) -> dict[str, object]:
    """CloudFormation's request in, its answer out."""
    return answer(event, Wanted, Views(_client()))


class Views:
    """Fills `Resource`. Every view is written anew at each change: those that it is made of may have changed."""

    def __init__(self, client: Any, wait: Callable[[float], None] = time.sleep) -> None:
        """`client` is botocore's of `athena`."""
        self._client = client
        self._wait = wait

    def create(self, wanted: Wanted) -> Made:
        for view in wanted.views:
            self._run(wanted, view.name, f"CREATE OR REPLACE VIEW {view.name} AS\n{view.select}")
        return Made(f"views-of-{wanted.database}")

    def update(self, _id: str, wanted: Wanted, before: Wanted) -> Made:
        made = self.create(wanted)
        kept = {view.name for view in wanted.views} if before.database == wanted.database else set()
        self._drop(before, [view.name for view in before.views if view.name not in kept])
        return made

    def delete(self, _id: str, before: Wanted) -> None:
        self._drop(before, [view.name for view in before.views])

    def _drop(self, before: Wanted, names: Iterable[str]) -> None:
        for name in names:
            self._run(before, name, f"DROP VIEW IF EXISTS {name}")

    def _run(self, where: Wanted, name: str, statement: str) -> None:
        """Raises `RefusedError` when Athena does not do it."""
        started = self._client.start_query_execution(
            QueryString=statement, WorkGroup=where.workgroup, QueryExecutionContext={"Database": where.database}
        )
        while (status := self._status(started["QueryExecutionId"]))["State"] in ("QUEUED", "RUNNING"):
            self._wait(_WAIT_S)
        if status["State"] != "SUCCEEDED":
            said = status.get("StateChangeReason", "it did not say why")
            raise RefusedError(f"Athena refuses the view {name}: {said} ({statement.partition(' AS')[0]})")

    def _status(self, execution_id: str) -> dict[str, Any]:
        status: dict[str, Any] = self._client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"][
            "Status"
        ]
        return status


@functools.cache
def _client() -> Any:
    return botocore.session.get_session().create_client("athena")
