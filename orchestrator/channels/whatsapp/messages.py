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
    description: str = ""


class FlowReply(msgspec.Struct, frozen=True):
    body: str = ""
    response_json: str = ""


class Interactive(msgspec.Struct, frozen=True):
    """A tap on what we sent; `type` says which of the others is there."""

    type: str
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FlowReply | None = None


class Media(msgspec.Struct, frozen=True):
    id: str = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""


class Location(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class CardName(msgspec.Struct, frozen=True):
    formatted_name: str = ""


class Card(msgspec.Struct, frozen=True):
    name: CardName = CardName()


class Order(msgspec.Struct, frozen=True):
    text: str = ""
    product_items: tuple[Any, ...] = ()


class Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """`sender` is a phone number without `+`; who hides it has `from_user_id` alone."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    type: str
    timestamp: str | int = ""
    sender: str | None = None
    from_user_id: str | None = None
    group_id: str | None = None
    text: Text | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    image: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: tuple[Card, ...] | None = None
    order: Order | None = None
    errors: tuple[Problem, ...] = ()


class Content(msgspec.Struct, frozen=True):
    """What a message holds for an answerer."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def content(message: Message, path: str) -> Content | str:
    """Words and attachments, or the reason why there is nothing to answer.

    Raises `EventError` where the part that the type announces is missing; `path` is the message's place in the event.
    """
    if message.type in _FACTS:
        return _FACTS[message.type] + "".join(f" ({explained(each.code, each.title)})" for each in message.errors)
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
            return Content(_filled_in(reply) or reply.body)
        case Interactive(type=kind):
            return f"an interactive {kind} says nothing to answer"
        case _:
            return None


def _filled_in(reply: FlowReply) -> str:
    """The fields of a flow, one a line. The token is ours, not the person's."""
    try:
        fields = decoded(reply.response_json, "response_json")
    except EventError:
        return reply.response_json
    if not isinstance(fields, dict):
        return reply.response_json
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if name != "flow_token" and value is not None)


def _media(message: Message) -> Content | None:
    media: Media | None = getattr(message, message.type)
    if media is None:
        return None
    attachment = Attachment(message.type, media_id=media.id, name=media.filename, mime_type=media.mime_type)
    return Content(media.caption.strip(), (attachment,))


def _location(message: Message) -> Content | None:
    place = message.location
    if place is None:
        return None
    name = ", ".join(part for part in (place.name, place.address, f"{place.latitude},{place.longitude}") if part)
    return Content(attachments=(Attachment("location", name=name),))


def _contacts(message: Message) -> Content | None:
    if message.contacts is None:
        return None
    cards = (Attachment("contacts", name=card.name.formatted_name) for card in message.contacts)
    return Content(attachments=tuple(cards))


def _order(message: Message) -> Content | None:
    if message.order is None:
        return None
    items = Attachment("file", name=f"an order of {len(message.order.product_items)} items")
    return Content(message.order.text.strip(), (items,))


_KINDS: Mapping[str, Callable[[Message], Content | str | None]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "image": _media,
    "audio": _media,
    "video": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
}

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
