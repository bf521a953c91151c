"""WhatsApp accounts are led to the deployment's topic, nobody else's is taken, and what was there comes back."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.aws.custom import whatsapp_accounts
from infra.aws.custom.resource import RefusedError
from infra.local.providers.requests import check, refusal

TOPIC = "arn:aws:sns:eu-west-1:111122223333:ours"
NEWER = "arn:aws:sns:eu-west-1:111122223333:newer"
FOREIGN = "arn:aws:sns:eu-west-1:111122223333:theirs"
A, B = "waba-a1", "waba-b2"


class NotFoundError(ClientError):
    """As botocore makes one of the service's codes."""


class FakeSocial:
    """Checks each request against the service's model; `destinations` are where the linked accounts report."""

    exceptions = SimpleNamespace(ResourceNotFoundException=NotFoundError)

    def __init__(self, **destinations: str) -> None:
        self.destinations = {name.replace("_", "-"): arn for name, arn in destinations.items()}
        self.written: list[str] = []

    def get_linked_whatsapp_business_account(self, **request: Any) -> Mapping[str, Any]:
        check("socialmessaging", "GetLinkedWhatsAppBusinessAccount", request)
        if request["id"] not in self.destinations:
            error = refusal("GetLinkedWhatsAppBusinessAccount", "ResourceNotFoundException", "no such account")
            raise NotFoundError(error.response, error.operation_name)
        arn = self.destinations[request["id"]]
        return {"account": {"eventDestinations": [{"eventDestinationArn": arn}] if arn else []}}

    def put_whatsapp_business_account_event_destinations(self, **request: Any) -> None:
        check("socialmessaging", "PutWhatsAppBusinessAccountEventDestinations", request)
        given = request["eventDestinations"]
        self.destinations[request["id"]] = given[0]["eventDestinationArn"] if given else ""
        self.written.append(request["id"])


def _asked(
    fake: FakeSocial, monkeypatch: pytest.MonkeyPatch, request: str, *accounts: str, **more: object
) -> Mapping[str, object]:
    monkeypatch.setattr(whatsapp_accounts, "_client", lambda: fake)
    properties = {"Accounts": list(accounts), "TopicArn": more.pop("topic", TOPIC)}
    event = {"RequestType": request, "PhysicalResourceId": "id", "ResourceProperties": properties, **more}
    return whatsapp_accounts.handler(event, None)


def _before(*accounts: str) -> dict[str, object]:
    return {"OldResourceProperties": {"Accounts": list(accounts), "TopicArn": TOPIC}}


def test_accounts_that_report_nowhere_are_linked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSocial(waba_a1="", waba_b2="")
    _asked(fake, monkeypatch, "Create", A, B)
    _asked(fake, monkeypatch, "Create", A, B)
    assert fake.destinations == {A: TOPIC, B: TOPIC}
    assert fake.written == [A, B]


def test_somebody_elses_destination_is_named_with_the_remedy_and_nothing_is_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeSocial(waba_a1="", waba_b2=FOREIGN)
    with pytest.raises(RefusedError) as raised:
        _asked(fake, monkeypatch, "Create", A, B, "waba-c3")
    assert f"{B} reports to {FOREIGN} already" in str(raised.value)
    assert f"set sources.whatsapp_topic={FOREIGN}" in str(raised.value)
    assert "no WhatsApp account waba-c3" in str(raised.value)
    assert fake.written == []


def test_an_account_that_is_no_longer_named_reports_nowhere_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSocial(waba_a1=TOPIC, waba_b2="")
    _asked(fake, monkeypatch, "Update", B, **_before(A))
    assert fake.destinations == {A: "", B: TOPIC}


def test_a_new_topic_takes_the_former_ones_place(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSocial(waba_a1=TOPIC)
    answer = _asked(fake, monkeypatch, "Update", A, topic=NEWER, **_before(A))
    assert fake.destinations == {A: NEWER}
    assert answer["PhysicalResourceId"] == "id"


def test_deletion_restores_what_was_there_and_leaves_what_has_changed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSocial(waba_a1=TOPIC, waba_b2=FOREIGN)
    _asked(fake, monkeypatch, "Delete", A, B, "waba-gone")
    assert fake.destinations == {A: "", B: FOREIGN}
    assert fake.written == [A]


def test_a_wrong_id_fails_as_it_would_at_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        _asked(FakeSocial(), monkeypatch, "Create", "1234567890")
