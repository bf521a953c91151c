"""The table of sources: every kind of event the lake knows.

A new provider is one row here and one template. Recognition is exclusive: no event is recognised by two rows.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from transformer.json_text import JsonObject
from transformer.render import Template, compile_template
from transformer.schema import CONVERSATIONS, EVENTS
from transformer.sources import aws_sample, hub, ses, sms, whatsapp
from transformer.sources.source import Source, fields, whole

Templates: TypeAlias = Mapping[str, Template]
_SHIPPED = Path(__file__).parents[1] / "templates"

# The most frequent first; being exclusive, they could stand in any order.
SOURCES: tuple[Source, ...] = (
    Source(
        "sms_event",
        table=EVENTS,
        feed="SMS, MMS, voice and RCS configuration sets, by Firehose, SNS or EventBridge",
        recognises=sms.is_event,
        expand=whole("sms_event"),
        templates=("sms_event",),
        identity=fields("messageId", "eventType", "eventTimestamp"),
    ),
    Source(
        "ses_event",
        table=EVENTS,
        feed="SES configuration sets and identity notifications, by Firehose, SNS or EventBridge",
        recognises=ses.is_event,
        expand=ses.expand_event,
        templates=("ses_event",),
        identity=ses.event_identity,
    ),
    Source(
        "whatsapp",
        table=EVENTS,
        feed="End User Messaging Social, by SNS: statuses, messages, preferences, templates, accounts, flows, calls",
        recognises=whatsapp.is_webhook,
        expand=whatsapp.expand,
        templates=("whatsapp_status", "whatsapp_message", "whatsapp_preference", "whatsapp_notice"),
        identity=fields("id", "status", "timestamp", "recipient_id"),
    ),
    Source(
        "sms_inbound",
        table=EVENTS,
        feed="the hub, as SNS delivered it",
        recognises=sms.is_inbound,
        expand=whole("sms_inbound"),
        templates=("sms_inbound",),
        identity=fields("inboundMessageId"),
    ),
    Source(
        "ses_inbound",
        table=EVENTS,
        feed="the hub, as the SES receipt rule delivered it",
        recognises=ses.is_received,
        expand=whole("ses_inbound"),
        templates=("ses_inbound",),
        identity=ses.received_identity,
    ),
    Source(
        "whatsapp_summary",
        table=EVENTS,
        feed="End User Messaging Social, by EventBridge",
        recognises=whatsapp.is_summary,
        expand=whole("whatsapp_summary"),
        templates=("whatsapp_summary",),
        identity=fields("messageId", "status", "eventTimestamp"),
    ),
    Source(
        "registration",
        table=EVENTS,
        feed="End User Messaging SMS, by EventBridge: registrations of numbers and sender ids",
        recognises=sms.is_registration,
        expand=whole("registration"),
        templates=("registration",),
        identity=sms.registration_identity,
    ),
    Source(
        "sample_message",
        table=CONVERSATIONS,
        feed="programs written for AWS's engagement database sample, on the conversations stream",
        recognises=aws_sample.is_message,
        expand=whole("sample_message"),
        templates=("sample_message",),
        identity=fields("messageId", "direction", "timestamp"),
    ),
    Source(
        "sample_event",
        table=EVENTS,
        feed="`parley import engagement-db`, for rows of AWS's engagement database sample without an event we know",
        recognises=hub.is_own("sample_event"),
        expand=aws_sample.expand_row,
        templates=("sample_event",),
        identity=lambda part: part.piece,
    ),
    Source(
        "turn",
        table=CONVERSATIONS,
        feed="the hub's table, by its stream (embedded: the journal), for each finished turn",
        recognises=hub.is_own("turn"),
        expand=hub.expand_turn,
        templates=("turn_message", "turn_answer"),
        identity=hub.turn_identity,
    ),
    Source(
        "consent",
        table=EVENTS,
        feed="the hub's table, for each person who opts in or out",
        recognises=hub.is_own("consent"),
        expand=whole("consent"),
        templates=("consent",),
        identity=fields("message_id", "consent", "their_address"),
    ),
    Source(
        "send",
        table=EVENTS,
        feed="the hub's table, for each send: when it is accepted, and when it is over",
        recognises=hub.is_own("send"),
        expand=hub.expand_send,
        templates=("send", "send_step"),
        identity=hub.send_identity,
    ),
    Source(
        "outcome",
        table=EVENTS,
        feed="the hub's table, for what was recorded, ignored or quarantined instead of answered",
        recognises=hub.is_own("outcome"),
        expand=hub.expand_outcome,
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
