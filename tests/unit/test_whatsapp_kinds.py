from typing import Any

import pytest

from orchestrator.model import Attachment
from tests.unit.whatsapp_kit import event, message, only_ignored, only_message, saved

FLOW = '{"flow_token":"AQ…","rating":"4","comment":"Fine","skipped":null}'


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("text", {"body": " Hi \n"}, "Hi"),
        ("button", {"payload": "P1", "text": "Yes please"}, "Yes please"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Returns"}}, "Returns"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Shipping"}}, "Shipping"),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "1", "title": "Shipping", "description": "to Spain"}},
            "Shipping (to Spain)",
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": FLOW}},
            "rating: 4\ncomment: Fine",
        ),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}}, "Sent"),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "free"}}, "free"),
        ("order", {"text": "With a ribbon", "product_items": [{}]}, "With a ribbon"),
    ],
)
def test_words_are_words_in_whatever_kind_they_come(kind: str, content: dict[str, Any], words: str) -> None:
    assert only_message(event(message(kind, content))).text == words


@pytest.mark.parametrize(
    ("kind", "content", "attachment"),
    [
        ("image", {"id": "1", "mime_type": "image/jpeg"}, Attachment("image", "1", "", "image/jpeg")),
        ("audio", {"id": "1", "mime_type": "audio/ogg", "voice": True}, Attachment("audio", "1", "", "audio/ogg")),
        ("video", {"id": "1"}, Attachment("video", "1")),
        ("sticker", {"id": "1", "animated": True}, Attachment("sticker", "1")),
        ("document", {"id": "1", "filename": "bill.pdf"}, Attachment("document", "1", "bill.pdf")),
        ("location", {"latitude": 40.4, "longitude": -3.7}, Attachment("location", name="40.4,-3.7")),
        (
            "location",
            {"latitude": 40.4, "longitude": -3.7, "name": "Sol", "address": "Madrid"},
            Attachment("location", name="Sol, Madrid, 40.4,-3.7"),
        ),
        ("contacts", [{"name": {"formatted_name": "Luis"}}], Attachment("contacts", name="Luis")),
        ("order", {"product_items": [{}, {}]}, Attachment("file", name="an order of 2 items")),
    ],
)
def test_what_is_no_words_is_an_attachment(kind: str, content: Any, attachment: Attachment) -> None:
    found = only_message(event(message(kind, content)))
    assert (found.text, found.attachments) == ("", (attachment,))


def test_a_caption_is_words_beside_its_attachment() -> None:
    found = only_message(saved("image"))
    assert found.text == "Is this the right part?"
    assert found.attachments == (Attachment("image", "530339869524171", "", "image/jpeg"),)


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke", "system", "request_welcome", "unsupported", "poll", ""])
def test_what_asks_nothing_is_recorded_and_not_answered(kind: str) -> None:
    ignored = only_ignored(event(message(kind)))
    assert (ignored.outcome, ignored.message_id, ignored.their_address) == ("recorded", "wamid.1", "+14255550101")


def test_an_unsupported_message_says_why() -> None:
    assert only_ignored(saved("unsupported")).reason == (
        "a message WhatsApp does not pass on (131051: the type of message is not supported; write text)"
    )


def test_a_reply_to_a_call_permission_is_not_answered() -> None:
    reply = {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}
    assert only_ignored(event(message("interactive", reply))).outcome == "recorded"


def test_a_text_without_words_is_not_answered() -> None:
    assert only_ignored(event(message("text", {"body": " \n"}))).reason == "it holds no words"


def test_a_system_message_without_contacts_is_recorded() -> None:
    system = {"body": "Ana changed from 14255550101 to 14255550102", "type": "user_changed_number"}
    assert only_ignored(event(message("system", system), contacts=[])).outcome == "recorded"


def test_a_recording_is_audio_by_either_of_its_names() -> None:
    for kind in ("audio", "voice"):
        (attachment,) = only_message(event(message(kind, {"id": "1", "mime_type": "audio/ogg"}))).attachments
        assert (attachment.kind, attachment.media_id, attachment.mime_type) == ("audio", "1", "audio/ogg")
