"""The stand-in for SES says what SES says."""

from infra.local.providers.email import delivery_events, inbound_event, message_event
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Delivered, InboundMessage
from tests.unit.email_kit import NOON, OURS, Ses, channel, message, turn_of, written

SILENCE = Answer("", source="stub")  # what is sent is the part

TURN = turn_of(message(written("hi")))


def request() -> dict[str, object]:
    ses = Ses()
    (part,) = channel(ses).compose(outgoing_of(TURN, Answer("It whistles.", source="stub")))
    channel(ses).send(outgoing_of(TURN, SILENCE), part)
    return ses.sent[0]


def test_a_sent_mail_is_reported_sent_and_delivered_with_the_turn_in_its_tags() -> None:
    sent, delivered = delivery_events(request(), "ses-1", NOON)
    assert [sent["eventType"], delivered["eventType"]] == ["Send", "Delivery"]
    assert delivered["delivery"]["recipients"] == ["zoe@person.example"]
    assert delivered["delivery"]["timestamp"] == "2026-03-14T12:00:01.000Z"
    assert delivered["mail"]["messageId"] == "ses-1"
    assert delivered["mail"]["tags"]["turn_id"] == [TURN.turn_id]
    assert delivered["mail"]["tags"]["ses:configuration-set"] == ["parley"]
    assert delivered["mail"]["commonHeaders"]["subject"] == "Re: My kettle"


def test_opens_bounces_and_complaints_come_on_request() -> None:
    events = delivery_events(request(), "ses-1", NOON, ["Send", "Open", "Bounce", "Complaint"])
    assert [(event["eventType"], event["eventType"].lower() in event) for event in events] == [
        ("Send", True),
        ("Open", True),
        ("Bounce", True),
        ("Complaint", True),
    ]
    assert events[2]["bounce"]["bouncedRecipients"][0]["emailAddress"] == "zoe@person.example"


def test_a_mail_from_a_file_has_the_same_id_each_time() -> None:
    first, again = (inbound_event(written("hi"), NOON, OURS)["mail"]["messageId"] for _ in range(2))
    assert first == again != inbound_event(written("ho"), NOON, OURS)["mail"]["messageId"]


def test_what_a_person_types_arrives_as_a_mail_of_one_thread() -> None:
    events = [message_event("Whistles it? é", f"m{number}", OURS, "zoe@person.example", NOON) for number in (1, 2)]
    items = [channel().parse(Delivered(event, NOON, b""))[0] for event in events]
    assert [item.text for item in items if isinstance(item, InboundMessage)] == ["Whistles it? é"] * 2
    assert [item.message_id for item in items] == ["m1", "m2"]
    assert len({item.thread for item in items if isinstance(item, InboundMessage)}) == 1
