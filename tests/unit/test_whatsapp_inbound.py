import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.errors import EventError
from orchestrator.model import Ignored, InboundMessage
from tests.unit.whatsapp_kit import (
    ARN,
    META_ID,
    RECEIVED,
    SENDS_FROM,
    channel,
    event,
    message,
    only_ignored,
    only_message,
    parse,
    saved,
    wrapped,
)


def test_a_text_is_a_message_to_answer() -> None:
    assert only_message(saved("text")) == InboundMessage(
        channel="whatsapp",
        message_id="wamid.TEXT",
        our_address="+12065550100",
        their_address="+14255550101",
        text="¿Cuánto tarda el envío? 📦",
        occurred_at=datetime(2026, 3, 14, 12, 0, tzinfo=UTC),
        detail={"phone_number_id": SENDS_FROM},
    )


def test_the_string_may_hold_the_whole_webhook() -> None:
    assert only_message(saved("whole_webhook")).message_id == "wamid.WHOLE"


def test_the_channel_knows_its_events_by_their_wrapping() -> None:
    assert channel().recognises(saved("text"))
    assert not channel().recognises({"inboundMessageId": "m1"})
    assert not channel().recognises("text")


def test_every_message_of_every_change_of_every_entry_is_there_in_order() -> None:
    one, two = (
        json.loads(event(message(message_id=f"{name}1"), message(message_id=f"{name}2"))["whatsAppWebhookEntry"])
        for name in "ab"
    )
    two["changes"] += json.loads(event(message(message_id="c"))["whatsAppWebhookEntry"])["changes"]
    items = parse(wrapped({"object": "whatsapp_business_account", "entry": [one, two]}))
    assert [item.message_id for item in items] == ["a1", "a2", "b1", "b2", "c"]


def test_a_message_repeated_in_one_webhook_is_there_once() -> None:
    items = parse(event(message(message_id="a"), message(message_id="a"), message(message_id="b")))
    assert [item.message_id for item in items] == ["a", "b"]


def test_half_an_emoji_costs_no_answer() -> None:
    assert only_message(event(message("text", {"body": "Hi \ud83d"}))).text == "Hi \N{REPLACEMENT CHARACTER}"


def test_an_event_nested_beyond_sense_is_rejected() -> None:
    with pytest.raises(EventError):
        parse({**event(message()), "whatsAppWebhookEntry": "[" * 100_000})


def test_a_person_without_a_phone_number_is_a_person() -> None:
    assert only_message(saved("user_id")).their_address == "US.13491208655302741918"
    assert only_message(event(message(sender=None), contacts=[{"user_id": "US.1"}])).their_address == "US.1"
    assert only_message(event(message(sender=None, from_user_id="US.1"), contacts=[])).their_address == "US.1"


def test_the_sender_goes_before_the_contact() -> None:
    assert only_message(event(message(), contacts=[{"wa_id": "15550001111"}])).their_address == "+14255550101"


@pytest.mark.parametrize(
    "contact", [{"wa_id": "14255550101"}, {"profile": {}, "wa_id": "14255550101", "user_id": "US.1"}]
)
def test_the_only_contact_tells_who_wrote_a_message_without_sender(contact: dict[str, Any]) -> None:
    assert only_message(event(message(sender=None), contacts=[contact])).their_address == "+14255550101"


@pytest.mark.parametrize("contacts", [[], [{}], [{"wa_id": "14255550101"}, {"wa_id": "14255550102"}]])
def test_a_message_nobody_is_known_to_have_sent_is_ignored(contacts: list[Any]) -> None:
    ignored = only_ignored(event(message(sender=None), contacts=contacts))
    assert (ignored.outcome, ignored.reason) == ("ignored", "it names no sender to answer")


def test_a_message_without_contacts_is_answered() -> None:
    assert only_message(event(message(), contacts=[])).text == "Hi"


@pytest.mark.parametrize("number", ["12065550100", "+1 206-555-0100", "1 (206) 555-0100"])
def test_our_number_is_e164_however_it_is_displayed(number: str) -> None:
    metadata = {"display_phone_number": number, "phone_number_id": META_ID}
    assert only_message(event(message(), metadata=metadata)).our_address == "+12065550100"


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1773489600", datetime(2026, 3, 14, 12, 0, tzinfo=UTC)),
        (1773489600, datetime(2026, 3, 14, 12, 0, tzinfo=UTC)),
        ("1773489600250", datetime(2026, 3, 14, 12, 0, 0, 250_000, tzinfo=UTC)),
        ("soon", datetime(2026, 3, 14, 12, 0, 1, 271_279, tzinfo=UTC)),
        ("9" * 30, datetime(2026, 3, 14, 12, 0, 1, 271_279, tzinfo=UTC)),
        (None, datetime(2026, 3, 14, 12, 0, 1, 271_279, tzinfo=UTC)),
    ],
)
def test_the_time_is_the_message_s_own_in_seconds_or_milliseconds_else_the_envelope_s(
    timestamp: str | int | None, at: datetime
) -> None:
    assert only_message(event(message(timestamp=timestamp))).occurred_at == at


@pytest.mark.parametrize("timestamp", ["yesterday", None, 5])
def test_without_any_time_the_time_of_arrival_counts(timestamp: object) -> None:
    late = {**event(message(timestamp=None)), "message_timestamp": timestamp}
    assert only_message(late).occurred_at == RECEIVED


def test_the_reply_goes_out_from_the_number_the_message_came_to() -> None:
    other = {"metaPhoneNumberId": "1", "arn": ARN.replace("976c", "0000")}
    several = event(message())
    several["context"]["MetaPhoneNumberIds"].insert(0, other)
    assert only_message(several).detail["phone_number_id"] == SENDS_FROM


def test_the_only_number_of_the_context_is_the_one_even_under_another_id() -> None:
    metadata = {"display_phone_number": "12065550100"}
    assert only_message(event(message(), metadata=metadata)).detail["phone_number_id"] == SENDS_FROM


def test_a_setting_names_the_number_where_the_event_does_not() -> None:
    nameless = {**event(message()), "context": None}
    assert only_message(nameless, phone_number_id="phone-number-id-1").detail["phone_number_id"] == "phone-number-id-1"
    with pytest.raises(EventError, match=r"context\.MetaPhoneNumberIds does not name"):
        parse(nameless)


def test_an_echo_of_our_own_message_is_ignored() -> None:
    assert only_ignored(event(message(sender="12065550100"))).outcome == "ignored"
    echoes = event(field="smb_message_echoes", message_echoes=[message()])
    assert only_ignored(echoes).outcome == "ignored"


def test_a_group_s_message_is_ignored() -> None:
    assert only_ignored(event(message(group_id="Y2FwaV9ncm91cA"))).reason == "a group's message"


def test_statuses_are_recorded_each_with_its_progress() -> None:
    statuses = [{"id": f"wamid.{name}", "status": name, "recipient_id": "14255550101"} for name in ("sent", "read")]
    assert parse(event(statuses=statuses)) == [
        Ignored("recorded", f"our message is {name}", f"wamid.{name}", None, "+12065550100", "+14255550101")
        for name in ("sent", "read")
    ]


def test_a_status_of_a_person_without_a_phone_number_names_them() -> None:
    status = {"id": "wamid.1", "status": "read", "recipient_user_id": "US.1"}
    assert only_ignored(event(statuses=[status])).their_address == "US.1"


def test_a_failed_message_says_why() -> None:
    reason = only_ignored(saved("failed")).reason
    assert reason.startswith("our message is failed: 131047: 24 hours have passed")


def test_an_error_beside_a_message_is_recorded_and_the_message_answered() -> None:
    first, second = parse(event(message(), errors=[{"code": 130429, "title": "Rate limit hit"}]))
    assert isinstance(first, InboundMessage)
    assert isinstance(second, Ignored)
    assert second.reason == "WhatsApp reports 130429: the number's throughput is reached; try again later"


def test_a_number_written_as_text_is_a_number() -> None:
    first, second = parse(event(message(), errors=[{"code": "130429"}]))
    assert isinstance(first, InboundMessage)
    assert isinstance(second, Ignored)
    assert "130429: the number's throughput" in second.reason


@pytest.mark.parametrize("field", ["calls", "account_update", "message_template_status_update", "history"])
def test_what_is_no_message_is_recorded(field: str) -> None:
    ignored = only_ignored(event(field=field, calls=[{}], statuses=[{"type": "call"}]))
    assert (ignored.outcome, ignored.reason) == ("recorded", f"a notification of {field}, not a message")


def test_an_event_that_says_nothing_is_recorded() -> None:
    assert only_ignored(event()) == Ignored("recorded", "a change with neither messages nor statuses")
    assert only_ignored(wrapped({"changes": []})) == Ignored("recorded", "a webhook without changes")
    assert only_ignored(wrapped({"entry": []})) == Ignored("recorded", "a webhook without changes")


def test_a_malformed_message_does_not_cost_its_neighbour_the_answer() -> None:
    ignored, sound = parse(event({"type": "text"}, message()))
    assert isinstance(ignored, Ignored)
    assert ignored.outcome == "ignored"
    assert ignored.reason == "a malformed message: whatsAppWebhookEntry.changes[0].value.messages[0].id is missing"
    assert isinstance(sound, InboundMessage)


MESSAGE = "whatsAppWebhookEntry.changes[0].value.messages[0]"


@pytest.mark.parametrize(
    ("malformed", "field"),
    [
        (event({"type": "text"}), f"{MESSAGE}.id"),
        (event(message(message_id="")), f"{MESSAGE}.id"),
        (event(message("text", {})), f"{MESSAGE}.text.body"),
        (event(message("text", {"body": 5})), f"{MESSAGE}.text.body"),
        (event(message("image")), f"{MESSAGE}.image"),
        (event(message(sender="not a number")), f"{MESSAGE}.from"),
        (event(message(sender=None, from_user_id="a b"), contacts=[]), f"{MESSAGE}.from_user_id"),
        (event(message(), metadata=None), MESSAGE.replace("messages[0]", "metadata.display_phone_number")),
        (event(5), MESSAGE),
        (event(messages="Hi"), "whatsAppWebhookEntry.changes[0].value.messages"),
        (wrapped({"id": "1"}), "whatsAppWebhookEntry.changes"),
        (wrapped({"entry": [{"changes": [{}]}]}), "whatsAppWebhookEntry.entry[0].changes[0].field"),
        (wrapped("text"), "whatsAppWebhookEntry"),
        ({**event(message()), "whatsAppWebhookEntry": "{"}, "whatsAppWebhookEntry"),
        ({**event(message()), "context": "none"}, "context"),
    ],
)
def test_a_malformed_event_names_its_field(malformed: Any, field: str) -> None:
    with pytest.raises(EventError) as raised:
        parse(malformed)
    assert raised.value.field == field
