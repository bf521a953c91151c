"""From a webhook to the messages in it, and the reason why anything else in it is not one."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from orchestrator.channels.whatsapp.errors import explained
from orchestrator.channels.whatsapp.events import (
    Change,
    Metadata,
    Preference,
    Status,
    Value,
    Webhook,
    WebhookContact,
    read,
)
from orchestrator.channels.whatsapp.messages import Message, content
from orchestrator.decoding import convert, epoch_time
from orchestrator.errors import EventError
from orchestrator.model import Delivered, Ignored, InboundMessage

Item = InboundMessage | Ignored

MOST_OF_A_NAME = 100  # characters
_PHONE = re.compile(r"[1-9][0-9]{4,18}")
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


class _Arrival(msgspec.Struct, frozen=True):
    """What the messages of one change have in common."""

    our_address: str
    phone_number_id: str  # the AWS id to reply from; "" where the event does not name it
    contacts: tuple[WebhookContact, ...]
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
    if change.field not in ("messages", "user_preferences"):
        yield Ignored("recorded", f"a notification of {change.field}, not a message")
        return
    value = change.read()
    ours, path = _our_address(value.metadata), f"{change.path}.value"
    arrival = _Arrival(ours, _sends_from(value.metadata, webhook) or default_id, value.contacts or (), at)
    yield from _each(value.messages, f"{path}.messages", lambda raw, where: _message(raw, where, arrival))
    yield from _each(value.statuses, f"{path}.statuses", lambda raw, where: _progress(raw, where, ours))
    yield from _each(value.user_preferences, f"{path}.user_preferences", lambda raw, where: _wish(raw, where, ours))
    yield from _reported(value, ours)


def _each(found: Sequence[Any] | None, path: str, read: Callable[[Any, str], Item]) -> Iterator[Item | EventError]:
    """One after the other: a malformed one does not cost its neighbours."""
    for index, raw in enumerate(found or ()):
        try:
            yield read(raw, f"{path}[{index}]")
        except EventError as error:
            yield error


def _reported(value: Value, ours: str) -> Iterator[Ignored]:
    """Errors of the number itself, beside no message; and what a change without anything is."""
    for each in value.errors or ():
        yield Ignored("recorded", f"WhatsApp reports {explained(each.code, each.said)}", our_address=ours)
    if not (value.messages or value.statuses or value.errors or value.user_preferences):
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
        their_name=_name(_writer(message, arrival.contacts)),
        detail={"phone_number_id": arrival.phone_number_id},
    )


def _unanswered(ignored: Ignored, message: Message, ours: str, theirs: str) -> Ignored:
    return msgspec.structs.replace(ignored, message_id=message.id, our_address=ours, their_address=theirs)


def _progress(raw: Any, path: str, ours: str) -> Ignored:
    """How far one of our messages has got: a fact, and a reason where it failed."""
    status = convert(raw, Status, path, strict=False)
    errors = "".join(f": {explained(each.code, each.said)}" for each in status.errors or ())
    return Ignored(
        "recorded",
        f"our message is {status.status}{errors}",
        message_id=status.id,
        our_address=ours,
        their_address=_shown(status.recipient_id or status.recipient_user_id),
    )


def _wish(raw: Any, path: str, ours: str) -> Ignored:
    """What a person wants of a kind of message: of marketing, which no answer is. The lake has it from the event."""
    wish = convert(raw, Preference, path, strict=False)
    what = f"the person's wish for {wish.category or 'messages'} is {wish.value}"
    return Ignored("recorded", what, our_address=ours, their_address=_shown(wish.wa_id or wish.user_id))


def _our_address(metadata: Metadata | None) -> str:
    """The number people see, in E.164; "" where there is none."""
    digits = re.sub(r"[^0-9]", "", metadata.display_phone_number) if metadata else ""
    return f"+{digits}" if _PHONE.fullmatch(digits) else ""


def _sender(message: Message, contacts: Sequence[WebhookContact], path: str) -> str:
    """Their number in E.164, else their business-scoped user id, else ""; the only contact tells what `from` does not.

    `from` goes before the contact's `wa_id`, which may be another number of theirs. Where a number is hidden, either
    may be the user id.
    """
    contact = contacts[0] if len(contacts) == 1 else WebhookContact()
    if named := (message.sender or contact.wa_id):
        if _USER_ID.fullmatch(named):
            return named
        if not _PHONE.fullmatch(named.removeprefix("+")):
            raise EventError(f"{path}.from", "is not a phone number")
        return _shown(named)
    user_id = message.from_user_id or contact.user_id or ""
    if user_id and not _USER_ID.fullmatch(user_id):
        raise EventError(f"{path}.from_user_id", "is not a business-scoped user id")
    return user_id


def _writer(message: Message, contacts: Sequence[WebhookContact]) -> WebhookContact:
    """The contact that a message is from: by its id, else the only one."""
    ids = {message.sender, message.from_user_id} - {None}
    named = [each for each in contacts if {each.wa_id, each.user_id} & ids]
    candidates = named or contacts
    return candidates[0] if len(candidates) == 1 else WebhookContact()


def _name(contact: WebhookContact) -> str:
    """What they call themselves, in one line of bounded length; "" where they do not."""
    written = (contact.profile.name if contact.profile else None) or ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in written[:MOST_OF_A_NAME]).split())


def _shown(identity: str | None) -> str:
    """A number in E.164, a user id as it is; "" for none."""
    if not identity or _USER_ID.fullmatch(identity):
        return identity or ""
    return f"+{identity.removeprefix('+')}"


def _sends_from(metadata: Metadata | None, webhook: Webhook) -> str:
    """The AWS id of our number: "phone-number-id-" and the end of its ARN; "" where the event leaves it open."""
    named = [each for each in webhook.phone_numbers if metadata and each.meta_id == metadata.phone_number_id]
    candidates = named or webhook.phone_numbers
    return f"phone-number-id-{candidates[0].arn.rpartition('/')[2]}" if len(candidates) == 1 else ""
