"""What a channel reads in a provider's event about a send is what the lake's row says of it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from orchestrator.channels.channel import Reporter
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from orchestrator.model import Delivered, Progress
from orchestrator.settings import Settings
from tests.golden.cases import Case, all_cases
from tests.kit import NOON
from transformer.envelopes import Event, events_of

SETTINGS = Settings()
REPORTERS: tuple[Reporter, ...] = (
    SmsChannel(None, SETTINGS.sms, 600),  # type: ignore[arg-type]  # nothing is sent
    WhatsAppChannel(None, SETTINGS.whatsapp, 600),  # type: ignore[arg-type]
    EmailChannel(None, None, SETTINGS.email),  # type: ignore[arg-type]
)
# The sources whose rows tell what became of something that we sent, by events that the channels read too.
TOLD = {"sms_event", "ses_event", "whatsapp_status"}
CASES = {case.name: case for case in all_cases()}


def reported(event: Any) -> list[Progress]:
    return [progress for each in REPORTERS for progress in each.progress(Delivered(event, NOON, b""))]


def events_in(case: Case) -> list[Any]:
    """The events of a record out of every envelope, Meta's webhooks in the one in which they reach the hub."""
    found = events_of(case.record, {"account_id": "", "occurred_at": 0})
    return [as_it_comes(event.body) for event in found if isinstance(event, Event)]


def as_it_comes(event: Any) -> Any:
    bare = "whatsAppWebhookEntry" not in event and ("changes" in event or event.get("object"))
    return {"whatsAppWebhookEntry": msgspec.json.encode(event).decode()} if bare else event


def rows_of_sends(case: Case) -> list[dict[str, Any]]:
    return [row for row in case.expected if row["table"] == "events" and row["source"] in TOLD]


@pytest.mark.parametrize("name", CASES)
def test_progress_is_what_the_row_says(name: str) -> None:
    said = [
        (each.message_id, each.status, round(each.occurred_at.timestamp() * 1000), each.ref)
        for event in events_in(CASES[name])
        for each in reported(event)
    ]
    assert said == [
        (row["message_id"], row["delivery_status"], row["occurred_at"], row["turn_id"] or sent_step(row))
        for row in rows_of_sends(CASES[name])
    ]


def sent_step(row: Mapping[str, Any]) -> str:
    """The ref of the step that a row is about; "" of none."""
    return f"{row['send_id']}-{row['step']}" if row["send_id"] else ""


def test_the_golden_cases_have_every_source_and_every_status_of_a_send() -> None:
    rows = [row for case in CASES.values() for row in rows_of_sends(case)]
    assert {row["source"] for row in rows} == TOLD
    statuses = {row["delivery_status"] for row in rows}
    assert statuses >= {"sent", "delivered", "read", "clicked", "failed", "delayed", "complained", "unknown"}


@pytest.mark.parametrize("name", ["sms_event_eventbridge", "ses_eventbridge_bounce"])
def test_an_event_of_event_bridge_is_read_in_its_detail(name: str) -> None:
    (delivered,) = opened(CASES[name].record, NOON)
    (progress,) = reported(delivered.event)
    assert progress.message_id == rows_of_sends(CASES[name])[0]["message_id"]


def test_the_ref_of_a_step_comes_back_on_every_channel() -> None:
    send_id = "0123456789abcdef0123456789abcdef"
    tags = {"send_id": send_id, "step": "2"}
    text = {"eventType": "TEXT_BLOCKED", "eventTimestamp": 1, "messageId": "m", "context": tags}
    mail = {
        "eventType": "Bounce",
        "mail": {"messageId": "m", "tags": {name: [tags[name]] for name in tags}},
        "bounce": {},
    }
    status = {"id": "m", "status": "failed", "timestamp": "1", "biz_opaque_callback_data": f"{send_id}-2"}
    chat = as_it_comes({"changes": [{"field": "messages", "value": {"statuses": [status]}}]})
    assert [progress.ref for event in (text, mail, chat) for progress in reported(event)] == [f"{send_id}-2"] * 3


@pytest.mark.parametrize("foreign", ["order-17", "0123", "0123456789ABCDEF0123456789ABCDEF", "", None, 7])
def test_what_others_hand_to_the_provider_is_no_ref_of_ours(foreign: object) -> None:
    text = {"eventType": "TEXT_SENT", "eventTimestamp": 1, "messageId": "m", "context": {"turn_id": foreign}}
    assert [progress.ref for progress in reported(text)] == [""]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"eventType": "TEXT_SENT", "messageId": "m"}, "eventTimestamp"),
        ({"eventType": "TEXT_SENT", "eventTimestamp": 10**30, "messageId": "m"}, "eventTimestamp"),
        ({"eventType": "Delivery", "mail": {"timestamp": "2026-03-01T10:00:00Z"}}, "mail.messageId"),
        ({"whatsAppWebhookEntry": "{"}, "whatsAppWebhookEntry"),
    ],
)
def test_an_event_that_lacks_what_its_format_promises_is_named(event: dict[str, object], field: str) -> None:
    with pytest.raises(EventError) as raised:
        reported(event)
    assert raised.value.field == field
