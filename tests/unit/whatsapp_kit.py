"""WhatsApp webhooks as End User Messaging Social delivers them, and a client that checks what it is sent."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from infra.local.providers.requests import check
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.channels.whatsapp.settings import WhatsAppSettings
from orchestrator.model import Delivered, Ignored, InboundMessage

EVENTS = Path(__file__).parents[1] / "events"
RECEIVED = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)
META_ID = "321010217712345"
ARN = "arn:aws:social-messaging:us-east-1:123456789012:phone-number-id/976c72a700aac43eaf573ae050aa0b02"
SENDS_FROM = "phone-number-id-976c72a700aac43eaf573ae050aa0b02"


class SocialClient:
    """`socialmessaging` as far as it is used: checks each request, keeps it, or raises what it is told to."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
        check("socialmessaging", "SendWhatsAppMessage", request)
        if self.failure:
            raise self.failure
        self.requests.append(request)
        return {"messageId": f"sent-{len(self.requests)}"}

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(request["message"]) for request in self.requests]


def channel(client: SocialClient | None = None, **settings: Any) -> WhatsAppChannel:
    named = {f"whatsapp_{name}": value for name, value in settings.items()}
    return WhatsAppChannel(client or SocialClient(), WhatsAppSettings(**named), context_ttl_s=600)


def saved(name: str) -> Any:
    """An event file by the end of its name."""
    return json.loads((EVENTS / f"whatsapp_{name}.json").read_text())


def message(
    kind: str = "text",
    content: Any = None,
    *,
    message_id: str = "wamid.1",
    sender: str | None = "14255550101",
    timestamp: str | int | None = "1773489600",
    **fields: Any,
) -> dict[str, Any]:
    """One message; what is None is left out."""
    content = {"body": "Hi"} if kind == "text" and content is None else content
    known = {"from": sender, "id": message_id, "timestamp": timestamp, "type": kind, kind: content}
    return {name: value for name, value in {**known, **fields}.items() if value is not None}


def event(*messages: Any, field: str = "messages", **value: Any) -> dict[str, Any]:
    """An event with one change; keywords add to its value or replace what is there."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "12065550100", "phone_number_id": META_ID},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": "14255550101"}],
        **({"messages": messages} if messages else {}),
        **value,
    }
    return wrapped({"id": "365731266123456", "changes": [{"field": field, "value": value}]})


def wrapped(entry: object) -> dict[str, Any]:
    return {
        "context": {"MetaWabaIds": [], "MetaPhoneNumberIds": [{"metaPhoneNumberId": META_ID, "arn": ARN}]},
        "whatsAppWebhookEntry": json.dumps(entry),
        "aws_account_id": "123456789012",
        "message_timestamp": "2026-03-14T12:00:01.271279391Z",
        "messageId": "6d69f07a-c317-4278-9d5c-6a84078419ec",
    }


def parse(what: Any, **settings: Any) -> list[InboundMessage | Ignored]:
    return list(channel(**settings).parse(Delivered(what, RECEIVED, json.dumps(what).encode())))


def only_message(what: Any, **settings: Any) -> InboundMessage:
    """The one item of an event, which is a message to answer."""
    (item,) = parse(what, **settings)
    assert isinstance(item, InboundMessage)
    return item


def only_ignored(what: Any, **settings: Any) -> Ignored:
    """The one item of an event, which gets no answer."""
    (item,) = parse(what, **settings)
    assert isinstance(item, Ignored)
    return item
