"""From a webhook to the messages in it, and the reason for everything in it that is none."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from orchestrator.channels.whatsapp.errors import explained
from orchestrator.channels.whatsapp.events import Change, Contact, Metadata, Status, Webhook, epoch_time, read
from orchestrator.channels.whatsapp.messages import Message, content
from orchestrator.decoding import convert
from orchestrator.errors import EventError
from orchestrator.model import Delivered, Ignored, InboundMessage

Item = InboundMessage | Ignored

_PHONE = re.compile(r"[1-9][0-9]{4,18}")
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


class _Arrival(msgspec.Struct, frozen=True):
    """What the messages of one change have in common."""

    our_address: str
    phone_number_id: str  # the AWS id to reply from; "" where the event does not name it
    contacts: tuple[Contact, ...]
    at: datetime


def items_in(delivered: Delivered, default_phone_number_id: str) -> list[Item]:
    """Every message and status, in order; a message that is repeated is there once.

    A malformed message beside sound ones is ignored with its reason. An event with nothing sound is an `EventError`.
    """
    webhook = read(delivered.event)
    at = webhook.occurred_at or delivered.occurred_at
    found = [item for change in webhook.changes for item in _changed(change, webhook, at, default_phone_number_id)]
    errors = [item for item in found if isinstance(item, EventError)]
    if errors and len(errors) == len(found):
        raise errors[0]
    return list(_once(found)) or [Ignored("recorded", "a webhook without changes")]


def _once(found: Sequence[Item | EventError]) -> Iterator[Item]:
    seen: set[str] = set()
    for item in found:
        if isinstance(item, EventError):
            yield Ignored("ignored", f"a malformed message: {item}")
        elif isinstance(item, Ignored):
            yield item
        elif item.message_id not in seen:
            seen.add(item.message_id)
            yield item


def _changed(change: Change, webhook: Webhook, at: datetime, default_id: str) -> Iterator[Item | EventError]:
    if change.field == "smb_message_echoes":
        yield Ignored("ignored", "an echo of what we wrote with the WhatsApp Business app")
        return
    if change.field != "messages":
        yield Ignored("recorded", f"a notification of {change.field}, not a message")
        return
    value = change.read()
    ours = _our_address(value.metadata)
    arrival = _Arrival(ours, _sends_from(value.metadata, webhook) or default_id, value.contacts, at)
    for index, raw in enumerate(value.messages):
        try:
            yield _message(raw, f"{change.path}.value.messages[{index}]", arrival)
        except EventError as error:
            yield error
    yield from (_progress(status, ours) for status in value.statuses)
    yield from (Ignored("recorded", f"WhatsApp reports {explained(each.code, each.title)}") for each in value.errors)
    if not (value.messages or value.statuses or value.errors):
        yield Ignored("recorded", "a change with neither messages nor statuses")


def _message(raw: Any, path: str, arrival: _Arrival) -> Item:
    message = convert(raw, Message, path, strict=False)
    ours, theirs = arrival.our_address, _sender(message, arrival.contacts, path)
    if message.group_id:
        return _unanswered(Ignored("ignored", "a group's message"), message, ours, theirs)
    if theirs and theirs == ours:
        return _unanswered(Ignored("ignored", "an echo of our own message"), message, ours, theirs)
    found = content(message, path)
    if isinstance(found, str):
        return _unanswered(Ignored("recorded", found), message, ours, theirs)
    if not theirs:
        return _unanswered(Ignored("ignored", "it names no sender to answer"), message, ours, theirs)
    if not ours:
        raise EventError(f"{path.rpartition('.')[0]}.metadata.display_phone_number", "is not a phone number")
    if not arrival.phone_number_id:
        raise EventError("context.MetaPhoneNumberIds", "does not name the number the message came to")
    return InboundMessage(
        channel="whatsapp",
        message_id=message.id,
        our_address=ours,
        their_address=theirs,
        text=found.text,
        occurred_at=epoch_time(message.timestamp) or arrival.at,
        attachments=found.attachments,
        detail={"phone_number_id": arrival.phone_number_id},
    )


def _unanswered(ignored: Ignored, message: Message, ours: str, theirs: str) -> Ignored:
    return msgspec.structs.replace(ignored, message_id=message.id, our_address=ours, their_address=theirs)


def _progress(status: Status, ours: str) -> Ignored:
    """How far one of our messages has got: a fact, and a reason where it failed."""
    errors = "".join(f": {explained(each.code, each.title)}" for each in status.errors)
    theirs = f"+{status.recipient_id}" if status.recipient_id else status.recipient_user_id or ""
    return Ignored(
        "recorded",
        f"our message is {status.status}{errors}",
        message_id=status.id,
        our_address=ours,
        their_address=theirs,
    )


def _our_address(metadata: Metadata | None) -> str:
    """The number people see, in E.164; "" where there is none."""
    digits = re.sub(r"[^0-9]", "", metadata.display_phone_number) if metadata else ""
    return f"+{digits}" if _PHONE.fullmatch(digits) else ""


def _sender(message: Message, contacts: Sequence[Contact], path: str) -> str:
    """Their number in E.164, else their business-scoped user id, else ""; the only contact tells what `from` does not.

    `from` goes before the contact's `wa_id`, which may be another number of theirs.
    """
    contact = contacts[0] if len(contacts) == 1 else Contact()
    if phone := (message.sender or contact.wa_id):
        if not _PHONE.fullmatch(phone.removeprefix("+")):
            raise EventError(f"{path}.from", "is not a phone number")
        return f"+{phone.removeprefix('+')}"
    user_id = message.from_user_id or contact.user_id or ""
    if user_id and not _USER_ID.fullmatch(user_id):
        raise EventError(f"{path}.from_user_id", "is not a business-scoped user id")
    return user_id


def _sends_from(metadata: Metadata | None, webhook: Webhook) -> str:
    """The AWS id of our number: "phone-number-id-" and the end of its ARN; "" where the event leaves it open."""
    named = [each for each in webhook.phone_numbers if metadata and each.meta_id == metadata.phone_number_id]
    candidates = named or webhook.phone_numbers
    return f"phone-number-id-{candidates[0].arn.rpartition('/')[2]}" if len(candidates) == 1 else ""
