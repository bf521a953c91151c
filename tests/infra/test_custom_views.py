"""Athena's views follow the catalogue, and one that Athena refuses fails the deployment by its name."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.aws.custom import views
from infra.aws.custom.resource import RefusedError
from infra.local.providers.requests import check, refusal

ONE = {"Name": "message_events", "Select": "SELECT 1 AS one"}
TWO = {"Name": "message_status", "Select": "SELECT one FROM message_events"}


class FakeAthena:
    """Checks each request against Athena's model. A statement runs for two looks; `refused` are names of views."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.refused: set[str] = set()
        self.said: Mapping[str, str] = {"StateChangeReason": "line 1:8: Column 'one' cannot be resolved"}
        self._looks = 0

    def start_query_execution(self, **request: Any) -> Mapping[str, str]:
        check("athena", "StartQueryExecution", request)
        assert request["WorkGroup"] == "parley-dev"
        assert request["QueryExecutionContext"] == {"Database": "parley_dev"}
        self.ran.append(request["QueryString"])
        self._looks = 0
        return {"QueryExecutionId": "11111111-2222-3333-4444-555555555555"}

    def get_query_execution(self, **request: Any) -> Mapping[str, Any]:
        check("athena", "GetQueryExecution", request)
        self._looks += 1
        return {"QueryExecution": {"Status": self._status()}}

    def _status(self) -> Mapping[str, str]:
        if self._looks < 3:
            return {"State": ["QUEUED", "RUNNING"][self._looks - 1]}
        refused = any(f" {name} AS" in self.ran[-1] for name in self.refused)
        return {"State": "FAILED", **self.said} if refused else {"State": "SUCCEEDED"}


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> FakeAthena:
    fake = FakeAthena()
    monkeypatch.setattr(views, "_client", lambda: fake)
    monkeypatch.setattr(views, "_WAIT_S", 0)
    return fake


def _properties(*told: Mapping[str, str]) -> dict[str, object]:
    return {"ServiceToken": "arn", "Workgroup": "parley-dev", "Database": "parley_dev", "Views": list(told)}


def _asked(request: str, *told: Mapping[str, str], before: tuple[Mapping[str, str], ...] = ()) -> Mapping[str, object]:
    event = {
        "RequestType": request,
        "PhysicalResourceId": "views-of-parley_dev",
        "ResourceProperties": _properties(*told),
        "OldResourceProperties": _properties(*before),
    }
    return views.handler(event, None)


def test_views_are_made_in_their_order_each_when_the_one_before_is_there(athena: FakeAthena) -> None:
    answer = _asked("Create", ONE, TWO)
    assert athena.ran == [
        "CREATE OR REPLACE VIEW message_events AS\nSELECT 1 AS one",
        "CREATE OR REPLACE VIEW message_status AS\nSELECT one FROM message_events",
    ]
    assert answer["PhysicalResourceId"] == "views-of-parley_dev"


def test_a_view_that_athena_refuses_fails_the_deployment_with_its_name_and_athenas_words(athena: FakeAthena) -> None:
    athena.refused = {"message_events"}
    with pytest.raises(RefusedError) as raised:
        _asked("Create", ONE, TWO)
    assert str(raised.value).startswith("Athena refuses the view message_events: line 1:8: Column 'one' cannot be")
    assert len(athena.ran) == 1


def test_a_statement_that_was_cancelled_is_no_success_even_without_a_reason(athena: FakeAthena) -> None:
    athena.refused, athena.said = {"message_events"}, {"State": "CANCELLED"}
    with pytest.raises(RefusedError, match="it did not say why"):
        _asked("Create", ONE)


def test_an_update_writes_all_anew_and_drops_what_the_catalogue_no_longer_has(athena: FakeAthena) -> None:
    answer = _asked("Update", ONE, before=(ONE, TWO))
    assert athena.ran == [
        "CREATE OR REPLACE VIEW message_events AS\nSELECT 1 AS one",
        "DROP VIEW IF EXISTS message_status",
    ]
    assert answer["PhysicalResourceId"] == "views-of-parley_dev"


def test_views_go_with_the_stack(athena: FakeAthena) -> None:
    _asked("Delete", ONE, TWO)
    assert athena.ran == ["DROP VIEW IF EXISTS message_events", "DROP VIEW IF EXISTS message_status"]


def test_what_the_service_itself_refuses_is_an_error(athena: FakeAthena, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(**_: object) -> None:
        raise refusal("StartQueryExecution", "TooManyRequestsException", "slow down")

    monkeypatch.setattr(athena, "start_query_execution", throttled)
    with pytest.raises(ClientError, match="slow down"):
        _asked("Create", ONE)
