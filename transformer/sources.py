"""The table of sources: every kind of event the lake knows.

A new provider is one row here and one template. Recognition is exclusive: no event is recognised by two rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from transformer.expansion import Part, changes, messages_and_answer
from transformer.json_text import Json, JsonObject
from transformer.render import Template, compile_template
from transformer.schema import CONVERSATIONS, EVENTS, Table

Templates: TypeAlias = Mapping[str, Template]
_SHIPPED = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Source:
    """One kind of event.

    `identity` is what tells a part from every other of its template, so that the same thing has the same event_id in
    whatever envelope it comes.
    """

    name: str
    table: Table
    feed: str  # what puts these events on the stream
    recognises: Callable[[JsonObject], bool]
    expand: Callable[[JsonObject], Sequence[Part]]  # never empty; raises ExpansionError
    templates: tuple[str, ...]
    identity: Callable[[Part], Json] = lambda part: part.raw


def parley(kind: str) -> Callable[[JsonObject], bool]:
    """Whether an event is one of Parley's own of this kind."""
    return lambda event: event.get("parley") == kind


def whole(template: str) -> Callable[[JsonObject], Sequence[Part]]:
    """The event is its only part."""
    return lambda event: (Part(template, event, event, event),)


def fields(*names: str) -> Callable[[Part], Json]:
    """Those fields of a part; all of it where the first is missing."""

    def identity(part: Part) -> Json:
        piece = part.piece
        return list(map(piece.get, names)) if isinstance(piece, dict) and piece.get(names[0]) else part.raw

    return identity


def _is_sms_event(event: JsonObject) -> bool:
    kind = event.get("eventType")
    return isinstance(kind, str) and kind.startswith(("TEXT_", "MEDIA_", "VOICE_", "RCS_"))


def _is_received_mail(event: JsonObject) -> bool:
    return "mail" in event and (event.get("notificationType") == "Received" or "receipt" in event)


def _is_sent_mail(event: JsonObject) -> bool:
    return "mail" in event and ("eventType" in event or "notificationType" in event) and not _is_received_mail(event)


def _is_webhook(event: JsonObject) -> bool:
    return (
        "whatsAppWebhookEntry" in event
        or event.get("object") == "whatsapp_business_account"
        or (isinstance(event.get("changes"), list) and "id" in event)
        or (event.get("messaging_product") == "whatsapp" and not event.keys().isdisjoint(("messages", "statuses")))
    )


def _is_sample_message(event: JsonObject) -> bool:
    return "parley" not in event and {"message", "direction", "sendingAddress"} <= event.keys()


def _registration_identity(part: Part) -> Json:
    details = part.event.get("registrationDetails")
    return [part.event.get("registrationArn"), details] if details else part.raw


def _outcome(event: JsonObject) -> Sequence[Part]:
    """The raw event of an outcome is what the provider sent, where the hub still had it."""
    return (Part("outcome", event, event, event.get("event") or event),)


def _sample_event(event: JsonObject) -> Sequence[Part]:
    """{"parley": "sample_event", "row": {…}}; `rawevent` in it is an object that is no event we know, or a text."""
    row = event.get("row")
    raw = row.get("rawevent") if isinstance(row, dict) else None
    return (Part("sample_event", event, row, raw if isinstance(raw, dict) else row),)


def _mail_event(event: JsonObject) -> Sequence[Part]:
    """The part is the object named like the event: `bounce`, `click`, …; empty for events that have none."""
    kind = event.get("eventType") or event.get("notificationType")
    name = _MAIL_OBJECTS.get(kind, "") if isinstance(kind, str) else ""
    return (Part("ses_event", event, event.get(name) or {}, event),)


_MAIL_OBJECTS = {
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


def _mail_identity(part: Part) -> Json:
    event, mail = part.event, part.event.get("mail")
    message_id = mail.get("messageId") if isinstance(mail, dict) else None
    return [message_id, event.get("eventType") or event.get("notificationType"), part.piece] if message_id else part.raw


def _received_mail_identity(part: Part) -> Json:
    mail = part.event.get("mail")
    return mail.get("messageId") if isinstance(mail, dict) else part.raw


def _turn_identity(part: Part) -> Json:
    turn, piece = part.event.get("turn"), part.piece
    turn_id = turn.get("turn_id") if isinstance(turn, dict) else None
    return [turn_id, piece.get("message_id") if isinstance(piece, dict) else None] if turn_id else part.raw


# The most frequent first; being exclusive, they could stand in any order.
SOURCES: tuple[Source, ...] = (
    Source(
        "sms_event",
        table=EVENTS,
        feed="SMS, MMS, voice and RCS configuration sets, by Firehose, SNS or EventBridge",
        recognises=_is_sms_event,
        expand=whole("sms_event"),
        templates=("sms_event",),
        identity=fields("messageId", "eventType", "eventTimestamp"),
    ),
    Source(
        "ses_event",
        table=EVENTS,
        feed="SES configuration sets and identity notifications, by Firehose, SNS or EventBridge",
        recognises=_is_sent_mail,
        expand=_mail_event,
        templates=("ses_event",),
        identity=_mail_identity,
    ),
    Source(
        "whatsapp",
        table=EVENTS,
        feed="End User Messaging Social, by SNS: statuses, messages, templates, accounts, flows, calls",
        recognises=_is_webhook,
        expand=changes,
        templates=("whatsapp_status", "whatsapp_message", "whatsapp_notice"),
        identity=fields("id", "status", "timestamp", "recipient_id"),
    ),
    Source(
        "sms_inbound",
        table=EVENTS,
        feed="the hub, as SNS delivered it",
        recognises=lambda event: "originationNumber" in event,
        expand=whole("sms_inbound"),
        templates=("sms_inbound",),
        identity=fields("inboundMessageId"),
    ),
    Source(
        "ses_inbound",
        table=EVENTS,
        feed="the hub, as the SES receipt rule delivered it",
        recognises=_is_received_mail,
        expand=whole("ses_inbound"),
        templates=("ses_inbound",),
        identity=_received_mail_identity,
    ),
    Source(
        "whatsapp_summary",
        table=EVENTS,
        feed="End User Messaging Social, by EventBridge",
        recognises=lambda event: "wabaId" in event and not _is_webhook(event),
        expand=whole("whatsapp_summary"),
        templates=("whatsapp_summary",),
        identity=fields("messageId", "status", "eventTimestamp"),
    ),
    Source(
        "registration",
        table=EVENTS,
        feed="End User Messaging SMS, by EventBridge: registrations of numbers and sender ids",
        recognises=lambda event: "registrationDetails" in event,
        expand=whole("registration"),
        templates=("registration",),
        identity=_registration_identity,
    ),
    Source(
        "sample_message",
        table=CONVERSATIONS,
        feed="programs written for AWS's engagement database sample, on the conversations stream",
        recognises=_is_sample_message,
        expand=whole("sample_message"),
        templates=("sample_message",),
        identity=fields("messageId", "direction", "timestamp"),
    ),
    Source(
        "sample_event",
        table=EVENTS,
        feed="`parley import engagement-db`, for rows of AWS's engagement database sample without an event we know",
        recognises=parley("sample_event"),
        expand=_sample_event,
        templates=("sample_event",),
        identity=lambda part: part.piece,
    ),
    Source(
        "turn",
        table=CONVERSATIONS,
        feed="the hub's table, by its stream (embedded: the journal), for each finished turn",
        recognises=parley("turn"),
        expand=messages_and_answer,
        templates=("turn_message", "turn_answer"),
        identity=_turn_identity,
    ),
    Source(
        "consent",
        table=EVENTS,
        feed="the hub's table, for each person who opts in or out",
        recognises=parley("consent"),
        expand=whole("consent"),
        templates=("consent",),
        identity=fields("message_id", "consent", "their_address"),
    ),
    Source(
        "outcome",
        table=EVENTS,
        feed="the hub's table, for what was recorded, ignored or quarantined instead of answered",
        recognises=parley("outcome"),
        expand=_outcome,
        templates=("outcome",),
        identity=fields("message_id", "outcome", "reason"),
    ),
)

UNKNOWN = Source(
    "unknown",
    table=EVENTS,
    feed="anything else",
    recognises=lambda _: True,
    expand=whole("unknown"),
    templates=("unknown",),
)


@cache
def shipped_templates() -> Templates:
    """Every source's templates as shipped, by name; read on first use."""
    return {
        name: compile_template(name, (_SHIPPED / f"{name}.jinja").read_text("utf-8"), source.table)
        for source in (*SOURCES, UNKNOWN)
        for name in source.templates
    }


def source_of(event: JsonObject) -> Source:
    """The one source that recognises an event, else UNKNOWN."""
    for source in SOURCES:
        if source.recognises(event):
            return source
    return UNKNOWN
