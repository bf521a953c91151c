"""SES: what became of a mail that we sent, and the mails that people send.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose-contents.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

from collections.abc import Sequence

from transformer.json_text import Json, JsonObject
from transformer.sources.source import EventPart

# The object that an event is about has a name of its own. https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
_OBJECTS = {
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Delivery": "delivery",
    "Send": "send",
    "Reject": "reject",
    "Open": "open",
    "Click": "click",
    "Rendering Failure": "failure",
    "DeliveryDelay": "deliveryDelay",
    "Subscription": "subscription",
}


def is_received(event: JsonObject) -> bool:
    """{"notificationType": "Received", "mail": {…}, "receipt": {…}}"""
    return "mail" in event and (event.get("notificationType") == "Received" or "receipt" in event)


def is_event(event: JsonObject) -> bool:
    """{"eventType": "Bounce", "mail": {…}, "bounce": {…}}, or `notificationType` where an identity notifies."""
    return "mail" in event and ("eventType" in event or "notificationType" in event) and not is_received(event)


def expand_event(event: JsonObject) -> Sequence[EventPart]:
    """The part is the object named like the event: `bounce`, `click`, …; empty for events that have none."""
    kind = event.get("eventType") or event.get("notificationType")
    name = _OBJECTS.get(kind, "") if isinstance(kind, str) else ""
    return (EventPart("ses_event", event, event.get(name) or {}, event),)


def event_identity(part: EventPart) -> Json:
    """Which mail, what happened, and all that is told about it."""
    event, mail = part.event, part.event.get("mail")
    message_id = mail.get("messageId") if isinstance(mail, dict) else None
    return [message_id, event.get("eventType") or event.get("notificationType"), part.piece] if message_id else part.raw


def received_identity(part: EventPart) -> Json:
    """The id that SES gave the received mail; the whole event where it has none."""
    mail = part.event.get("mail")
    return mail.get("messageId") if isinstance(mail, dict) else part.raw
