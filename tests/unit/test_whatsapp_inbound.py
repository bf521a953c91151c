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
        their_name="Ana",
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


def test_a_user_id_may_stand_where_a_number_is_expected() -> None:
    who = "US.13491208655302741918"
    hidden = event(message(sender=who, from_user_id=who), contacts=[{"wa_id": who, "user_id": who}])
    assert only_message(hidden).their_address == who
    (status,) = parse(event(statuses=[{"id": "wamid.1", "status": "read", "recipient_id": who}]))
    assert isinstance(status, Ignored)
    assert status.their_address == who


def test_a_list_reply_may_have_no_description() -> None:
    tap = {"type": "list_reply", "list_reply": {"id": "1", "title": "Returns", "description": None}}
    assert only_message(event(message("interactive", tap))).text == "Returns"


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"name": "Zoë  Z."}, "Zoë Z."),
        ({"name": "two\nlines\u2028and\x00more"}, "two lines and more"),
        ({"name": "a" * 5000}, "a" * 100),
        ({"name": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_what_a_person_calls_themselves_comes_with_the_message_in_one_line(profile: Any, name: str) -> None:
    contact = {"wa_id": "14255550101", **({} if profile is None else {"profile": profile})}
    assert only_message(event(message(), contacts=[contact])).their_name == name


def test_each_of_several_people_has_their_own_name() -> None:
    people = [{"wa_id": "14255550101", "profile": {"name": "Ana"}}, {"wa_id": "14255550102", "profile": {"name": "Bo"}}]
    sent = parse(
        event(
            message(),
            message(message_id="wamid.2", sender="14255550102"),
            message(message_id="wamid.3"),
            contacts=people,
        )
    )
    assert [each.their_name for each in sent if isinstance(each, InboundMessage)] == ["Ana", "Bo", "Ana"]


def test_an_error_beside_no_message_is_told_in_the_fullest_words_there_are() -> None:
    details = {"code": 424242, "title": "Odd", "message": "Odd indeed", "error_data": {"details": "Odd for a reason"}}
    assert only_ignored(event(errors=[details])).reason == "WhatsApp reports 424242: Odd for a reason"
    assert only_ignored(event(errors=[{**details, "error_data": None}])).reason.endswith("Odd indeed")
    assert only_ignored(event(errors=[{"code": 424242, "title": "Odd"}])).reason.endswith(": Odd")


def test_a_preference_for_marketing_says_whose_it_is_and_changes_no_answer() -> None:
    wish = {"wa_id": "14255550101", "category": "marketing_messages", "value": "stop", "timestamp": 1794225721}
    ignored = only_ignored(event(field="user_preferences", user_preferences=[wish]))
    assert ignored.reason == "the person's wish for marketing_messages is stop"
    assert (ignored.our_address, ignored.their_address) == ("+12065550100", "+14255550101")
    assert ignored.consent is None, "what they ask us is still answered"


def test_a_malformed_status_does_not_cost_a_message_its_answer() -> None:
    sound, ignored = parse(event(message(), statuses=[{"status": "read"}]))
    assert isinstance(sound, InboundMessage)
    assert isinstance(ignored, Ignored)
    assert "statuses[0].id is missing" in ignored.reason


def test_what_is_null_is_as_if_absent() -> None:
    nothing = event(message(), contacts=None, statuses=None, errors=None)
    assert only_message(nothing).their_address == "+14255550101"


NONSENSE = [
    "9" * 400,
    "9" * 5000,
    10**400,
    -1,
    0,
    "",
    "soon",
    None,
    True,
    1.5e300,
    {"at": 1},
    [1],
    "1e400",
    "253402300799999",
]


@pytest.mark.parametrize("timestamp", NONSENSE)
def test_a_time_that_is_nonsense_is_as_if_absent(timestamp: Any) -> None:
    heard = {**event({**message(), "timestamp": timestamp})}
    assert only_message(heard).occurred_at == datetime(2026, 3, 14, 12, 0, 1, 271279, UTC)
    del heard["message_timestamp"]
    assert only_message(heard).occurred_at == RECEIVED
