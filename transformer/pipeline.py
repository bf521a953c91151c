"""The transformer's story: the bytes of one record in, rows out. Pure: reads no clock, no environment and no network.

    bytes ─ unwrap ▶ event ─ classify ▶ Source ─ expand ▶ parts ─ render ▶ row | rejected row

Failure is a value: what cannot become a row becomes a rejected row that says at which stage, why, and keeps the bytes.
One bad part does not cost its siblings.
"""

from datetime import datetime

from transformer import moments
from transformer.envelopes import Context, Event, Refused, events_of, wrapped
from transformer.json_text import JsonError, to_json_bytes, to_json_text
from transformer.render import RenderError, Template
from transformer.results import Rejected, Row, identify
from transformer.schema import Values
from transformer.sent import step_of
from transformer.sources import Source, Templates, shipped_templates, source_of
from transformer.sources.source import EventPart, ExpansionError
from transformer.tenants import tenant_of


def transform(
    record: bytes, arrived_at: datetime, *, account_id: str = "", templates: Templates | None = None
) -> list[Row | Rejected]:
    """Every row of a record, in the order of its events; an empty list for an empty record.

    `account_id` is the AWS account to name where neither event nor envelope does; `templates`, by name, replace the
    shipped ones.
    """
    return transform_at(record, moments.from_datetime(arrived_at), account_id, templates or shipped_templates())


def transform_at(record: bytes, received_at: int, account_id: str, templates: Templates) -> list[Row | Rejected]:
    """As `transform` does, with the arrival in epoch milliseconds and no default for the templates."""
    events = events_of(record, {"account_id": account_id, "occurred_at": received_at, "received_at": received_at})
    whole = record if len(events) == 1 else None
    results: list[Row | Rejected] = []
    for event in events:
        if isinstance(event, Event):
            results += _rows_of(event, whole, received_at, templates)
        else:
            results.append(Rejected(event.stage, event.reason, event.original, received_at, tenant=event.tenant))
    return results


def split(record: bytes, arrived_at: datetime, *, account_id: str = "") -> list[bytes]:
    """The record as smaller ones, one for each part, that together give the same rows."""
    received_at = moments.from_datetime(arrived_at)
    context: Context = {"account_id": account_id, "occurred_at": received_at, "received_at": received_at}
    pieces: list[bytes] = []
    for event in events_of(record, context):
        if isinstance(event, Refused):
            pieces.append(event.original)
            continue
        try:
            pieces += [wrapped(part.event, event.context) for part in source_of(event.body).expand(event.body)]
        except ExpansionError:
            pieces.append(wrapped(event.body, event.context))
    return pieces


def _rows_of(event: Event, record: bytes | None, received_at: int, templates: Templates) -> list[Row | Rejected]:
    """`record` is what the event came in, where it came alone: a rejected row then keeps it as it is."""
    source = source_of(event.body)
    try:
        parts = source.expand(event.body)
    except ExpansionError as error:
        original = record or wrapped(event.body, event.context)
        return [Rejected("expand", str(error), original, received_at, source.name, tenant=tenant_of(event.body))]
    results: list[Row | Rejected] = []
    for part in parts:
        template = templates[part.template]
        try:
            results.append(Row(template.table.name, _row(part, source, template, event.context, received_at)))
        except (RenderError, JsonError) as error:
            original = (record if len(parts) == 1 else None) or wrapped(part.event, event.context)
            about = (received_at, template.name, template.version, tenant_of(event.body))
            results.append(Rejected("render", str(error), original, *about))
    return results


def _row(part: EventPart, source: Source, template: Template, context: Context, received_at: int) -> Values:
    filled: Values = {
        "event_id": identify(to_json_bytes([part.template, source.identity(part)], sort_keys=True)),
        "template_version": template.version,
        "received_at": received_at,
        "tenant": tenant_of(part.event),
    }
    if "raw_event" in template.table.filled:
        filled["raw_event"] = to_json_text(part.raw)
        filled["source"] = template.name
        filled["send_id"], filled["step"] = step_of(part.event, part.piece)
    return template.render({"event": part.event, "part": part.piece, "envelope": context}, filled)
