"""What a person sent by WhatsApp: their words and attachments, by kind of message.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages, one page
for each kind; shapes checked with tests/events/whatsapp_*.json.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from orchestrator.channels.whatsapp.errors import explained
from orchestrator.channels.whatsapp.events import Problem
from orchestrator.decoding import decoded
from orchestrator.errors import EventError
from orchestrator.model import Attachment


class Text(msgspec.Struct, frozen=True):
    body: str


class Button(msgspec.Struct, frozen=True):
    text: str


class Reply(msgspec.Struct, frozen=True):
    title: str
    description: str | None = None


class FlowReply(msgspec.Struct, frozen=True):
    body: str | None = None
    response_json: str | None = None


class Interactive(msgspec.Struct, frozen=True):
    """A tap on what we sent; `type` says which of the others is there."""

    type: str
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FlowReply | None = None


class Media(msgspec.Struct, frozen=True):
    id: str | None = None
    mime_type: str | None = None
    caption: str | None = None
    filename: str | None = None


class Location(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class CardName(msgspec.Struct, frozen=True):
    formatted_name: str | None = None


class Card(msgspec.Struct, frozen=True):
    name: CardName = CardName()


class Order(msgspec.Struct, frozen=True):
    text: str | None = None
    product_items: tuple[Any, ...] | None = None


class Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """`sender` is a phone number without `+`, or a user id; who hides both has `from_user_id` alone.

    A recording comes as `audio`, or as `voice`. A member may be null where the person left it out.
    """

    id: Annotated[str, msgspec.Meta(min_length=1)]
    type: str
    timestamp: Any = None  # seconds since 1970; what is no time is as if absent
    sender: str | None = None
    from_user_id: str | None = None
    group_id: str | None = None
    text: Text | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    image: Media | None = None
    audio: Media | None = None
    voice: Media | None = None
    video: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: tuple[Card, ...] | None = None
    order: Order | None = None
    errors: tuple[Problem, ...] | None = None


class Content(msgspec.Struct, frozen=True):
    """What a message holds for an answerer."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def content(message: Message, path: str) -> Content | str:
    """Words and attachments, or the reason why there is nothing to answer.

    Raises `EventError` where the part that the type announces is missing; `path` is the message's place in the event.
    """
    if message.type in _FACTS:
        return _FACTS[message.type] + "".join(f" ({explained(each.code, each.said)})" for each in message.errors or ())
    read = _KINDS.get(message.type)
    if read is None:
        return f"a message of type {message.type!r}, which this version does not know"
    found = read(message)
    if found is None:
        raise EventError(f"{path}.{message.type}", "is missing")
    return found if isinstance(found, str) or found.text or found.attachments else "it holds no words"


def _text(message: Message) -> Content | None:
    return Content(message.text.body.strip()) if message.text else None


def _button(message: Message) -> Content | None:
    return Content(message.button.text.strip()) if message.button else None


def _interactive(message: Message) -> Content | str | None:
    match message.interactive:
        case Interactive(button_reply=Reply(title=title)):
            return Content(title)
        case Interactive(list_reply=Reply(title=title, description=description)):
            return Content(f"{title} ({description})" if description else title)
        case Interactive(nfm_reply=FlowReply() as reply):
            return Content(_filled_in(reply) or reply.body or "")
        case Interactive(type=kind):
            return f"an interactive {kind} says nothing to answer"
        case _:
            return None


def _filled_in(reply: FlowReply) -> str:
    """The fields of a flow, one a line. The token is ours, not the person's."""
    written = reply.response_json or ""
    try:
        fields = decoded(written, "response_json")
    except EventError:
        return written
    if not isinstance(fields, dict):
        return written
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if name != "flow_token" and value is not None)


def _media(message: Message) -> Content | None:
    media: Media | None = getattr(message, message.type)
    if media is None:
        return None
    attachment = Attachment(
        _MEDIA.get(message.type, message.type),
        media_id=media.id or "",
        name=media.filename or "",
        mime_type=media.mime_type or "",
    )
    return Content((media.caption or "").strip(), (attachment,))


def _location(message: Message) -> Content | None:
    place = message.location
    if place is None:
        return None
    name = ", ".join(part for part in (place.name, place.address, f"{place.latitude},{place.longitude}") if part)
    return Content(attachments=(Attachment("location", name=name),))


def _contacts(message: Message) -> Content | None:
    if message.contacts is None:
        return None
    cards = (Attachment("contacts", name=card.name.formatted_name or "") for card in message.contacts)
    return Content(attachments=tuple(cards))


def _order(message: Message) -> Content | None:
    if message.order is None:
        return None
    items = Attachment("file", name=f"an order of {len(message.order.product_items or ())} items")
    return Content((message.order.text or "").strip(), (items,))


_KINDS: Mapping[str, Callable[[Message], Content | str | None]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "image": _media,
    "audio": _media,
    "voice": _media,
    "video": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
}

_MEDIA: Mapping[str, str] = {"voice": "audio"}  # kinds of media that an attachment calls otherwise

# Kinds that tell of something and ask nothing.
_FACTS: Mapping[str, str] = {
    "reaction": "a reaction to a message is no message",
    "edit": "the person edited an earlier message",
    "revoke": "the person deleted an earlier message",
    "system": "a system message, such as a change of number",
    "request_welcome": "the person opened the chat",
    "unsupported": "a message WhatsApp does not pass on",
    "unknown": "a message WhatsApp does not pass on",
}
