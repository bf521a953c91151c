from datetime import UTC, datetime

import msgspec
import pytest

from infra.local.providers.whatsapp import delivery_events, message_event, phone_number_id
from orchestrator.channels.whatsapp.events import read
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Part
from tests.unit.test_whatsapp_sending import TURN_ID, turn
from tests.unit.whatsapp_kit import SocialClient, channel, only_message, parse

SILENCE = Answer("", source="stub")  # what is sent is the part

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
OURS = "+12065550100"


@pytest.mark.parametrize("theirs", ["+14255550101", "US.13491208655302741918"])
def test_a_message_written_here_is_read_like_any_other(theirs: str) -> None:
    message = only_message(message_event("Hi", "wamid.1", OURS, theirs, NOON))
    assert (message.message_id, message.our_address, message.their_address) == ("wamid.1", OURS, theirs)
    assert (message.text, message.occurred_at) == ("Hi", NOON)
    assert message.detail == {"phone_number_id": phone_number_id(OURS)}


@pytest.mark.parametrize(
    ("theirs", "recipient"),
    [("+14255550101", {"recipient_id": "14255550101"}), ("US.1349", {"recipient_user_id": "US.1349"})],
)
def test_a_sent_part_is_accepted_sent_delivered_and_read(theirs: str, recipient: dict[str, str]) -> None:
    client = SocialClient()
    asked = only_message(message_event("Hi", "wamid.1", OURS, theirs, NOON))
    channel(client).send(outgoing_of(msgspec.structs.replace(turn(), messages=(asked,)), SILENCE), Part("Hello"))
    events = delivery_events(client.requests[0], "wamid.ours", NOON)
    statuses = [read(event).changes[0].value["statuses"][0] for event in events]
    assert [status["status"] for status in statuses] == ["accepted", "sent", "delivered", "read"]
    assert [int(status["timestamp"]) - int(NOON.timestamp()) for status in statuses] == [0, 0, 1, 2]
    for status in statuses:
        assert status["id"] == "wamid.ours"
        assert status["biz_opaque_callback_data"] == TURN_ID
        assert recipient.items() <= status.items()


def test_delivery_events_are_recorded_by_the_channel() -> None:
    client = SocialClient()
    channel(client).send(outgoing_of(turn(), SILENCE), Part("Hello"))
    request = {**client.requests[0], "originationPhoneNumberId": phone_number_id(OURS)}
    items = [item for event in delivery_events(request, "wamid.ours", NOON) for item in parse(event)]
    assert [item.our_address for item in items] == [OURS] * 4
    assert [item.their_address for item in items] == ["+14255550101"] * 4


def test_every_event_has_an_id_of_its_own() -> None:
    client = SocialClient()
    channel(client).send(outgoing_of(turn(), SILENCE), Part("Hello"))
    assert len({event["messageId"] for event in delivery_events(client.requests[0], "wamid.ours", NOON)}) == 4


def test_a_read_receipt_of_ours_has_no_delivery() -> None:
    client = SocialClient()
    channel(client).acknowledge(turn().latest)
    assert delivery_events(client.requests[0], "wamid.ours", NOON) == ()
