"""A send, its failure as a provider tells it, its second step, and its rows: by the links of the synthesised templates.

SNS's own filter decides what of the providers' events comes to the queue of progress: only what is of sends.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from orchestrator.model import ChannelName
from tests.infra.rehearsal.rehearsal import Rehearsal
from tests.infra.synthesis import Template, synthesised
from tests.infra.test_rehearsal import GOLDEN, rehearsed
from tests.sending import SEND, a_send

pytestmark = pytest.mark.slow

CONTEXT = {
    "settings.answerers": "language_model",
    "sources.whatsapp": "true",
    "sources.whatsapp_accounts": "waba-0123456789abcdef0123456789abcdef",
    "sending.deployed": "true",
    "sending.sms_identity": "phone-0123456789abcdef0123456789abcdef",
    "sending.mail_address": "orders@shop.example",
    "sending.whatsapp_number": "phone-number-id-0123456789abcdef0123456789abcdef",
    "watch.deployed": "false",
}
# What carries a send from its first step to its rows; each is taken out once.
LINKS = (
    ("sources", "AWS::SNS::TopicPolicy", "SmsProgress"),
    ("sending", "AWS::SNS::Subscription", "SmsProgress"),
    ("sending", "AWS::SQS::QueuePolicy", "ProgressEvents"),
    ("sending", "AWS::Lambda::EventSourceMapping", "Send"),
    ("sending", "AWS::Lambda::EventSourceMapping", "Progress"),
    ("hub", "AWS::Pipes::Pipe", "Events"),
)


@cache
def templates() -> dict[str, Template]:
    return synthesised(CONTEXT)


def event_of(case: str, **changed: Any) -> dict[str, Any]:
    return {**json.loads((GOLDEN / case / "input.json").read_bytes()), **changed}


def play(rehearsal: Rehearsal, *channels: ChannelName) -> None:
    """By SMS, which is blocked; then by mail, which arrives. Between them, what is of other messages."""
    rehearsal.accepted(a_send(*channels))
    rehearsal.settle()
    blocked = event_of("sms_event_of_a_send", eventType="TEXT_BLOCKED", messageStatus="BLOCKED")
    blocked["context"] = {"send_id": SEND, "step": "1"}
    rehearsal.of_sent_sms((GOLDEN / "sms_event_delivered/input.json").read_bytes())
    rehearsal.of_sent_sms(json.dumps(blocked).encode())
    rehearsal.settle()
    delivered = event_of("ses_delivery_of_a_send")
    delivered["mail"]["tags"] = {"send_id": [SEND], "step": ["2"]}
    rehearsal.of_sent_mail(event_of("ses_bounce"), "bounce")
    rehearsal.of_sent_mail(delivered, "delivery")
    rehearsal.settle()


@contextmanager
def played(stacks: Mapping[str, Template]) -> Iterator[set[str]]:
    with rehearsed(stacks) as rehearsal:
        play(rehearsal, "sms", "email")
        rows = rehearsal.rows("events")
        yield {f"{row['step']} {row['type']} {row['status']}" for row in rows if row["send_id"] == SEND}


WHOLE = {
    *("0 send waiting", "0 send delivered", "1 sendStep failed", "2 sendStep delivered"),
    *("1 TRANSACTIONAL TEXT_BLOCKED", "2 Delivery Delivery"),
}


def test_a_send_goes_its_way_and_becomes_rows() -> None:
    with played(templates()) as found:
        assert found == WHOLE


@pytest.mark.parametrize(("stack", "kind", "name"), LINKS)
def test_without_a_link_it_does_not_get_there(stack: str, kind: str, name: str) -> None:
    broken = {each: dict(template) for each, template in templates().items()}
    resources = broken[stack]["Resources"]
    (found,) = [
        each
        for each, resource in resources.items()
        if resource["Type"] == kind and each.startswith(name) and "DeadLetters" not in each
    ]
    broken[stack] = {**broken[stack], "Resources": {each: resources[each] for each in resources if each != found}}
    with played(broken) as rows:
        assert rows < WHOLE


def test_what_whatsapp_tells_comes_by_the_topic_of_its_messages() -> None:
    with rehearsed(templates()) as rehearsal:
        rehearsal.accepted(a_send("whatsapp"))
        rehearsal.settle()
        notification = event_of("whatsapp_status_of_a_send")
        event = notification["Message"].replace(f"{SEND}-3", f"{SEND}-1")
        rehearsal.whatsapp(event.encode())
        rehearsal.settle()
        rows = rehearsal.rows("events")
    assert {row["status"] for row in rows if row["type"] == "send"} == {"waiting", "delivered"}
