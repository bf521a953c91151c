"""Writes as a customer would: provider events for words typed on this machine."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from infra.local.providers import email as outbox_email
from infra.local.providers import whatsapp as outbox_whatsapp
from orchestrator.model import ChannelName

OUR_NUMBER = "+12065550100"  # a number reserved for fiction, as all of the embedded deployment's
OUR_MAIL = outbox_email.OUR_ADDRESS
OURS: dict[ChannelName, str] = {"sms": OUR_NUMBER, "whatsapp": OUR_NUMBER, "email": OUR_MAIL}
A_CUSTOMER: dict[ChannelName, str] = {
    "sms": "+12065550142",
    "whatsapp": "+12065550143",
    "email": "ana@customer.example",
}


class NoAddressError(ValueError):
    """Nobody can write from there. The message says what an address looks like."""


def address(channel: ChannelName, written: str) -> str:
    """Whom a message is from; the channel's example customer where nothing is written. Raises `NoAddressError`."""
    theirs = written.strip() or A_CUSTOMER[channel]
    if not _ADDRESSES[channel].fullmatch(theirs):
        what = "mail address" if channel == "email" else "phone number with its country code"
        raise NoAddressError(f"{theirs:.60} is not a {what}, like {A_CUSTOMER[channel]}")
    return theirs


def event(channel: ChannelName, theirs: str, text: str, at: datetime) -> tuple[str, bytes]:
    """The id that the message will have, and the event as the provider would deliver it."""
    message_id = ("wamid." if channel == "whatsapp" else "") + secrets.token_hex(16)
    return message_id, notified(_EVENTS[channel](theirs, text, message_id, at), at)


def notified(inner: object, at: datetime) -> bytes:
    """An SNS notification around an event.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
    """
    return msgspec.json.encode(
        {
            "Type": "Notification",
            "MessageId": secrets.token_hex(16),
            "TopicArn": "arn:aws:sns:local:000000000000:inbound",
            "Message": msgspec.json.encode(inner).decode(),
            "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
    )


_PHONE = re.compile(r"\+?[0-9]{3,15}")  # short codes too
_ADDRESSES: dict[ChannelName, re.Pattern[str]] = {
    "sms": _PHONE,
    "whatsapp": _PHONE,
    "email": re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}"),
}


def _sms(theirs: str, text: str, message_id: str, _: datetime) -> dict[str, Any]:
    return {
        "originationNumber": theirs,
        "destinationNumber": OUR_NUMBER,
        "messageKeyword": "KEYWORD_000000000000",
        "messageBody": text,
        "inboundMessageId": message_id,
    }


def _whatsapp(theirs: str, text: str, message_id: str, at: datetime) -> dict[str, Any]:
    return outbox_whatsapp.message_event(text, message_id, OUR_NUMBER, theirs, at)


def _email(theirs: str, text: str, message_id: str, at: datetime) -> dict[str, Any]:
    return outbox_email.message_event(text, message_id, OUR_MAIL, theirs, at)


_EVENTS: dict[ChannelName, Callable[[str, str, str, datetime], dict[str, Any]]] = {
    "sms": _sms,
    "whatsapp": _whatsapp,
    "email": _email,
}
