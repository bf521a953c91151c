"""End User Messaging SMS: what became of a text, a picture, a call or an RCS message; what people write; registrations.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
"""

from transformer.json_text import Json, JsonObject
from transformer.sources.source import EventPart


def is_event(event: JsonObject) -> bool:
    """{"eventType": "TEXT_DELIVERED", "messageId": "…", "eventTimestamp": 1772360523470, …}"""
    kind = event.get("eventType")
    return isinstance(kind, str) and kind.startswith(("TEXT_", "MEDIA_", "VOICE_", "RCS_"))


def is_inbound(event: JsonObject) -> bool:
    """{"originationNumber": "+14255550182", "messageBody": "…", "inboundMessageId": "…", …}"""
    return "originationNumber" in event


def is_registration(event: JsonObject) -> bool:
    """{"registrationArn": "arn:…", "registrationDetails": {"currentStatus": "SUBMITTED", …}}"""
    return "registrationDetails" in event


def registration_identity(part: EventPart) -> Json:
    """Whose registration, and how it stood."""
    details = part.event.get("registrationDetails")
    return [part.event.get("registrationArn"), details] if details else part.raw
