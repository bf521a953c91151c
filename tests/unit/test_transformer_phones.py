"""A phone number has one form, whoever wrote it: what the hub calls an address is what the lake calls it."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.sms.settings import SmsSettings
from orchestrator.channels.whatsapp.inbound import items_in
from orchestrator.model import Delivered, Ignored, InboundMessage
from tests.golden.cases import ARRIVAL
from tests.kit import NOON
from transformer.filters import to_phone
from transformer.json_text import Json
from transformer.pipeline import transform


def row(event: Any) -> tuple[object, object]:
    (result,) = transform(orjson.dumps(event), ARRIVAL)
    return result.values["sending_address"], result.values["destination_address"]


@pytest.mark.parametrize(
    "displayed",
    [
        "12065550100",
        "+12065550100",
        "+1 206-555-0100",
        "+1 (206) 555-0100",
        "1.206.555.0100",
        "+1\u00a0206\u20115550100",
        "\u202a+1 206 555 0100\u202c",
    ],
)
def test_our_whatsapp_number_is_the_hubs_however_it_is_displayed(displayed: str) -> None:
    message = {"from": "14255550182", "id": "m", "timestamp": "1772360401", "type": "text", "text": {"body": "hi"}}
    metadata = {"display_phone_number": displayed, "phone_number_id": "1"}
    entry = {"id": "1", "changes": [{"field": "messages", "value": {"metadata": metadata, "messages": [message]}}]}
    event = {"whatsAppWebhookEntry": json.dumps(entry), "context": {}}
    (item,) = items_in(Delivered(event, NOON, b""), "phone-number-id-1")
    assert isinstance(item, InboundMessage)
    assert row(event) == (item.our_address, [item.their_address]) == ("+12065550100", ["+14255550182"])


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("+14255550182", "+12065550100"),
        ("14255550182", "72345"),
        ("+14255550182", "rcs-shop_agent"),
        ("242733", "72345"),
    ],
)
def test_numbers_and_short_codes_of_a_text_are_the_hubs(theirs: str, ours: str) -> None:
    event = {"originationNumber": theirs, "destinationNumber": ours, "messageBody": "hi", "inboundMessageId": "in-1"}
    (item,) = SmsChannel(None, SmsSettings(), 600).parse(Delivered(event, NOON, b""))  # type: ignore[arg-type]  # it sends nothing
    assert not isinstance(item, Ignored)
    assert row(event) == (item.their_address, [item.our_address])


@pytest.mark.parametrize(
    "text", ["US.1234", "MYSHOP", "Shop 24", "+1 800 FLOWERS", "help@shop.example", "", "()", "٣٤"]
)
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    assert to_phone(text) == text


@given(st.text() | st.integers() | st.none() | st.lists(st.text(), max_size=2))
def test_a_number_is_given_back_as_it_is_once_it_is_one(value: Json) -> None:
    once = to_phone(value)
    assert to_phone(once) == once
