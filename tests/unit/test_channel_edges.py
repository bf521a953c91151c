"""What a channel reads and writes at its edges, one line of a mail or one field of an event each."""

import json

import msgspec
import pytest

from infra.local.providers.email import inbound_event
from orchestrator.channels.email.automatic import automatic
from orchestrator.channels.email.event import MOST_FOR_THE_LAKE
from orchestrator.channels.email.mime import parse_mail
from orchestrator.channels.email.quotes import _is_attribution
from orchestrator.channels.sms.channel import _opted_out
from orchestrator.envelopes import opened
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Delivered
from tests.kit import NOON, notification, sms_refusal
from tests.unit import email_kit, whatsapp_kit

MAIL = b"From: Zoe <zoe@person.example>\r\nTo: help@parley.example\r\nMessage-ID: <m1@person.example>\r\n"


def test_a_picture_within_a_mail_has_its_content_id() -> None:
    related = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nLook\r\n--b\r\nContent-Type: image/png\r\n'
        b"Content-ID: <lamp@person.example>\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
    )
    (picture,) = parse_mail(MAIL + related).attachments
    assert picture.media_id == "<lamp@person.example>"


def test_a_mail_without_a_return_path_is_automatic_for_that() -> None:
    assert automatic(parse_mail(MAIL + b"Return-Path: <>\r\n\r\nHello")) == "it has no return path"
    assert automatic(parse_mail(MAIL + b"\r\nHello")) == ""


def test_an_empty_line_of_the_question_is_quoted_without_a_space() -> None:
    turn = email_kit.turn_of(email_kit.message(email_kit.written("One  \r\n\r\nTwo")))
    (part,) = email_kit.channel().compose(outgoing_of(turn, Answer("Yes.", source="stub")))
    assert email_kit.plain_text(part.body.encode()).endswith("\n> One\n>\n> Two\n")


@pytest.mark.parametrize("has_envelope", [True, False])
def test_the_lake_gets_an_event_without_the_mail_and_without_headers_that_are_too_many(has_envelope: bool) -> None:
    event = inbound_event(MAIL + b"\r\nHello", NOON)
    event["mail"]["headers"] = [{"name": "X", "value": "x" * MOST_FOR_THE_LAKE}]
    original = notification(event) if has_envelope else msgspec.json.encode(event)
    (delivered,) = opened(original, NOON)
    for_the_lake = email_kit.channel().for_the_lake(delivered)
    whole = json.loads(for_the_lake.original)
    assert ("Message" in whole) == has_envelope
    inner = json.loads(whole["Message"]) if has_envelope else whole
    assert "content" not in inner
    assert (inner["mail"]["headers"], inner["mail"]["headersTruncated"]) == ([], True)


def test_a_mail_in_quarantine_that_names_no_sender_has_none() -> None:
    nobodys = inbound_event(MAIL + b"\r\nHello", NOON)
    nobodys["mail"]["commonHeaders"].pop("from", None)
    nobodys["receipt"]["virusVerdict"] = {"status": "FAIL"}
    (item,) = email_kit.channel().parse(Delivered(nobodys, NOON, b""))
    assert item.their_address == ""


def test_a_number_of_whatsapp_may_have_its_plus() -> None:
    found = whatsapp_kit.only_message(whatsapp_kit.event(whatsapp_kit.message(sender="+14255550101")))
    assert found.their_address == "+14255550101"


def test_a_refusal_for_an_opt_out_keeps_the_providers_word() -> None:
    refused = _opted_out(sms_refusal("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"))
    assert refused is not None
    assert refused.code == "DESTINATION_PHONE_NUMBER_OPTED_OUT"


def test_neither_a_date_nor_an_address_nor_a_quotation_below_makes_no_attribution() -> None:
    assert not _is_attribution("she wrote:", quoted_below=False)
    assert _is_attribution("she wrote:", quoted_below=True)
