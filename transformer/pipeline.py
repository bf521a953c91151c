"""The transformer's story: the bytes of one record in, rows out. Pure: reads no clock, no environment and no network.

    bytes ─ unwrap ▶ event ─ classify ▶ Source ─ expand ▶ parts ─ render ▶ row | rejected row

Failure is a value: what cannot become a row becomes a rejected row that says at which stage, why, and keeps the bytes.
One bad part does not cost its siblings.
"""

from collections.abc import Iterator
from datetime import datetime

from transformer import moments
from transformer.envelopes import Context, Refused, events_of, wrapped
from transformer.expansion import ExpansionError, Part
from transformer.json_text import JsonError, to_json_text
from transformer.render import RenderError, Template
from transformer.results import Rejected, Row, identify
from transformer.schema import Values
from transformer.sources import Source, Templates, shipped_templates, source_of


def transform(
    record: bytes, arrived_at: datetime, *, account_id: str = "", templates: Templates | None = None
) -> list[Row | Rejected]:
    """Every row of a record, in the order of its events; an empty list for an empty record.

    `account_id` is the AWS account to name where neither event nor envelope does; `templates`, by name, replace the
    shipped ones.
    """
    received_at = moments.from_datetime(arrived_at)
    context: Context = {"account_id": account_id, "occurred_at": received_at, "received_at": received_at}
    return list(_results(record, context, received_at, templates or shipped_templates()))


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


def _results(record: bytes, context: Context, received_at: int, templates: Templates) -> Iterator[Row | Rejected]:
    events = events_of(record, context)
    for event in events:
        if isinstance(event, Refused):
            yield Rejected(event.stage, event.reason, event.original, received_at)
            continue
        source = source_of(event.body)
        try:
            parts = source.expand(event.body)
        except ExpansionError as error:
            original = record if len(events) == 1 else wrapped(event.body, event.context)
            yield Rejected("expand", str(error), original, received_at, source.name)
            continue
        for part in parts:
            template = templates[part.template]
            try:
                yield Row(template.table.name, _row(part, source, template, event.context, received_at))
            except (RenderError, JsonError) as error:
                original = record if len(events) == len(parts) == 1 else wrapped(part.event, event.context)
                yield Rejected("render", str(error), original, received_at, template.name, template.version)


def _row(part: Part, source: Source, template: Template, context: Context, received_at: int) -> Values:
    filled: Values = {
        "event_id": _event_id(part, source),
        "template_version": template.version,
        "received_at": received_at,
    }
    if "raw_event" in template.table.filled:
        filled["raw_event"] = to_json_text(part.raw)
        filled["source"] = template.name
    return template.render({"event": part.event, "part": part.piece, "envelope": context}, filled)


def _event_id(part: Part, source: Source) -> str:
    identity = to_json_text([part.template, source.identity(part)], sort_keys=True)
    return identify(identity.encode())
