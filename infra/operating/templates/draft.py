"""A first template for an event that nobody has written one for: what its fields are named tells where they go.

A draft always compiles, and always makes a row of its event. What it could not place is "", for its author to fill;
nothing is lost meanwhile, as the row keeps the whole event.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from transformer.json_text import Json, JsonObject
from transformer.moments import NoTimeError, to_epoch_ms
from transformer.schema import EMPTY, EVENTS, Column

Leaf: TypeAlias = tuple[str, Json]  # a path, as templates write it, and what it leads to

_LEVELS = 3  # deeper fields are left to the author
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SAFE = re.compile(r"[A-Za-z0-9 _.:/@#$-]+")  # keys that can stand in quotes as they are

# What a field's name says, without case, blanks and hyphens. The first that the event has is taken.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "account_id": ("awsaccountid", "accountid", "account"),
    "organization_id": ("organizationid", "tenantid", "wabaid"),
    "sending_id": ("originationphonenumber", "sendingid", "senderid", "phonenumberid"),
    "sending_address": ("originationphonenumber", "originationnumber", "from", "sender", "source"),
    "destination_address": ("destinationphonenumber", "destinationnumber", "to", "recipient", "destination"),
    "type": ("type", "messagetype", "eventtype", "event"),
    "status": ("status", "eventtype", "state", "event"),
    "status_code": ("statuscode", "messagestatus", "errorcode", "code"),
    "status_message": ("messagestatusdescription", "statusmessage", "reason", "description", "errormessage"),
    "iso_country_code": ("isocountrycode", "countrycode", "country"),
    "occurred_at": ("occurredat", "eventtimestamp", "timestamp", "time", "date", "createdat"),
    "message_id": ("messageid", "id", "inboundmessageid", "uuid"),
    "turn_id": ("turnid",),
}  # fmt: skip


def draft(name: str, event: JsonObject, recognised_as: str) -> str:
    """A template of the table `events`. `recognised_as` is the source that takes such events today."""
    leaves = list(_leaves("event", event, _LEVELS))
    lines = [
        f"# What {name} is, in one sentence. Drafted from an example: check every line, fill what is empty.",
        "# The URL that documents the event.",
        f"# Today such an event is recognised as: {recognised_as}.",
        "{",
        *(_line(column, event, leaves) for column in EVENTS.columns if column.name not in EVENTS.filled),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _line(column: Column, event: JsonObject, leaves: list[Leaf]) -> str:
    match column.name:
        case "channel_data":
            entries = "".join(f'    "{_key(path)}": {path},\n' for path, value in leaves if not isinstance(value, dict))
            return f'  "channel_data": {{\n{entries}  }} | to_map,' if entries else '  "channel_data": {},'
        case "tags":
            path = next((path for path, value in _leaves("event", event, 1) if isinstance(value, dict)
                         and _normal(path) in ("tags", "context", "metadata")), "")  # fmt: skip
            return f'  "tags": {path} | to_map,' if path else '  "tags": {},'
        case "occurred_at":
            path = _named(column.name, leaves, _is_time)
            return f'  "occurred_at": {path} | parse_time,' if path else '  "occurred_at": envelope.occurred_at,'
        case "destination_address":
            path = _named(column.name, leaves, lambda _: True)
            return f'  "destination_address": {path} | to_array,' if path else '  "destination_address": [],'
        case "account_id":
            path = _named(column.name, leaves, lambda value: isinstance(value, str))
            known = f"({path} or envelope.account_id)" if path else "envelope.account_id"
            return f'  "account_id": {known} | optional,'
    path = _named(column.name, leaves, lambda value: not isinstance(value, dict | list))
    empty = '""' if EMPTY[column.type] == "" else "{}"
    return f'  "{column.name}": {path} | to_text,' if path else f'  "{column.name}": {empty},'


def _named(column: str, leaves: list[Leaf], fits: Callable[[Json], bool]) -> str:
    """The path of the first field that is named like a column and fits it; "" where there is none."""
    for wanted in _NAMES.get(column, ()):
        for path, value in leaves:
            if _normal(path) == wanted and value is not None and fits(value):
                return path
    return ""


def _leaves(path: str, value: Json, levels: int) -> Iterator[Leaf]:
    """Every field of an object and of those in it, the outer ones first."""
    if not isinstance(value, dict) or not levels:
        return
    below: list[Leaf] = []
    for key, content in value.items():
        if _PLAIN.fullmatch(key):
            below.append((f"{path}.{key}", content))
        elif _SAFE.fullmatch(key):
            below.append((f"{path}['{key}']", content))
    yield from below
    for inner, content in below:
        yield from _leaves(inner, content, levels - 1)


def _normal(path: str) -> str:
    """The last key of a path, without case, blanks, hyphens and underscores."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"\.|\['", path)[-1].lower())


def _key(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", path.removeprefix("event")).strip("_")


def _is_time(value: Json) -> bool:
    try:
        to_epoch_ms(value)
    except NoTimeError:
        return False
    return True
