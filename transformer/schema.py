"""The one definition of every column. Glue tables, Parquet files, documentation and the row check derive from it.

Types are spelled as Athena and Glue spell them. No column is ever null: where an event does not say, a string is "",
a number 0, an array [] and a map {}. Map keys are lower case. Changes are additive only, at a table's end.

The first group of `events` has the names (in snake case), meanings and values of the data model of AWS's sample,
so that its users' queries keep their sense:
https://github.com/aws-samples/Engagement-Database-And-Analytics-Sample-For-End-User-Messaging-And-SES#data-model
Its `status` is the provider's own word (`TEXT_DELIVERED`, `Bounce`, `read`); `delivery_status` is ours, one vocabulary
for all channels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import msgspec

ColumnType = Literal["string", "bigint", "array<string>", "map<string,string>"]
Value: TypeAlias = str | int | list[str] | dict[str, str]
Values: TypeAlias = dict[str, Value]
TableName = Literal["events", "conversations", "rejected"]
# What redaction takes a column for: nothing personal; a person's words, or an answer's; an address; a message's id;
# what a provider tells, JSON or text.
Privacy = Literal["", "text", "address", "id", "raw"]

# How far a message got, in the order in which it gets there; then the ways it can end badly, or oddly.
PROGRESS = ("queued", "sent", "delayed", "delivered", "read", "clicked")
FAILURES = ("failed", "complained")
DELIVERY_STATUSES = ("", *PROGRESS, *FAILURES, "unsubscribed", "deleted", "unknown")

_PYTHON_TYPES: dict[ColumnType, type] = {
    "string": str,
    "bigint": int,
    "array<string>": list,
    "map<string,string>": dict,
}
_TYPES: dict[ColumnType, object] = {
    "string": str,
    "bigint": Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)],
    "array<string>": list[str],
    "map<string,string>": dict[str, str],
}
# What a column holds where an event does not say. Shared: not to be changed in place.
EMPTY: dict[ColumnType, Value] = {"string": "", "bigint": 0, "array<string>": [], "map<string,string>": {}}


class SchemaError(ValueError):
    """A row is not what its table says. The message names the column."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `meaning` is a line of documentation, shown to analysts."""

    name: str
    type: ColumnType
    meaning: str
    privacy: Privacy = ""


@dataclass(frozen=True)
class Table:
    """Columns in the order in which files and catalogues list them."""

    name: TableName
    meaning: str
    columns: tuple[Column, ...]
    filled: frozenset[str] = frozenset()  # the columns that the pipeline fills, and no template
    column_names: tuple[str, ...] = field(init=False)
    check: Callable[[Mapping[str, Value]], object] = field(init=False, compare=False)  # raises SchemaError

    def __post_init__(self) -> None:
        object.__setattr__(self, "column_names", tuple(column.name for column in self.columns))
        object.__setattr__(self, "check", _compile_check(self.columns))


def _compile_check(columns: tuple[Column, ...]) -> Callable[[Mapping[str, Value]], object]:
    """A check of whole rows: exact columns, exact types, text in maps and arrays, numbers of 64 bits.

    msgspec reads a row as the structure that the columns describe, in C; only a bad one is looked at column by column.
    """
    fields = [(column.name, _TYPES[column.type]) for column in columns]
    row_type = msgspec.defstruct("Row", fields, forbid_unknown_fields=True, gc=False)

    def check(row: Mapping[str, Value]) -> object:
        try:
            return msgspec.convert(row, row_type)
        except msgspec.ValidationError as error:
            raise SchemaError(_first_fault(row, columns)) from error

    return check


def _first_fault(row: Mapping[str, Value], columns: tuple[Column, ...]) -> str:
    """What is wrong with a row that has other columns, types or contents than its table."""
    for column in columns:
        if column.name not in row:
            return f"{column.name} is missing"
        value = row[column.name]
        if type(value) is not _PYTHON_TYPES[column.type]:
            return f"{column.name} is {type(value).__name__}, not {column.type}"
        try:
            msgspec.convert(value, _TYPES[column.type])
        except msgspec.ValidationError:
            return f"{column.name} holds something else than its type says"
    known = {column.name for column in columns}
    return f"{next(name for name in row if name not in known)} is not a column"


_BOOKKEEPING = frozenset(["event_id", "template_version", "received_at", "tenant"])
# Last in every table: files are read by name, and by position where a reader knows the first columns only.
_TENANT = Column(
    "tenant", "string", "whose it is; default where there is one tenant; NULL in files older than the column"
)

EVENTS = Table(
    "events",
    "What happened to messages: each delivery, open, click, bounce, reply and change of consent, one row each.",
    (
        Column("account_id", "string", "AWS account that sent or received the message"),
        Column("organization_id", "string", "the organisation a message was sent for; WhatsApp: the business account"),
        Column(
            "sending_id",
            "string",
            "the sender's identity: phone number, WhatsApp phone number id, SES identity ARN",
            privacy="address",
        ),
        Column(
            "sending_address",
            "string",
            "who sent the message the row is about: E.164 with +, or a mail address",
            privacy="address",
        ),
        Column(
            "destination_address",
            "array<string>",
            "whom it was sent to; who bounced, complained, waits or got it, where the event is about some of them",
            privacy="address",
        ),
        Column("channel", "string", "text, media, voice, email or whatsapp; empty where the event does not say"),
        Column(
            "type", "string", "what kind of event, in the provider's word: TRANSACTIONAL, Bounce, message, …; or ours"
        ),
        Column("status", "string", "the status in the provider's word: TEXT_DELIVERED, Bounce, read, …"),
        Column(
            "status_code",
            "string",
            "the status's code or subdivision: CARRIER_BLOCKED, Permanent, 131047, …",
            privacy="raw",
        ),
        Column("status_message", "string", "what the provider says about it, or our own reason", privacy="raw"),
        Column("raw_status", "string", "the provider's status object, JSON", privacy="raw"),
        Column("iso_country_code", "string", "the recipient's country, two letters"),
        Column("occurred_at", "bigint", "when it happened, by the provider's clock; epoch milliseconds"),
        Column("message_id", "string", "the provider's id of the message", privacy="id"),
        Column(
            "tags",
            "map<string,string>",
            "what the sender attached: SMS context, the first value of each SES tag",
            privacy="raw",
        ),
        Column(
            "channel_data",
            "map<string,string>",
            "details of one channel: price, parts, carrier, subject, media id, …",
            privacy="raw",
        ),
        Column("raw_event", "string", "the event without transport envelopes, JSON", privacy="raw"),
        Column("direction", "string", "inbound (a person wrote) or outbound (we did, or something happened to it)"),
        Column(
            "delivery_status",
            "string",
            "how far the message got, in one vocabulary: " + ", ".join(DELIVERY_STATUSES[1:]),
        ),
        Column("turn_id", "string", "the turn whose answer the message is, where it is one"),
        Column("event_id", "string", "what identifies the event: the same event twice has the same id; 32 hex"),
        Column("source", "string", "the template that made the row"),
        Column("template_version", "string", "which version of it"),
        Column("received_at", "bigint", "when the event reached us; epoch milliseconds"),
        _TENANT,
        Column("send_id", "string", "the send that the message is a step of, where we wrote first; 32 hex"),
        Column("step", "bigint", "which step of it, from 1; 0 where the row is about none"),
    ),
    filled=_BOOKKEEPING | {"raw_event", "source", "send_id", "step"},
)

CONVERSATIONS = Table(
    "conversations",
    "What was said: one row for each message of a person and one for the answer of each turn.",
    (
        Column("account_id", "string", "AWS account"),
        Column("organization_id", "string", "the organisation whose customers write"),
        Column("conversation_id", "string", "turns with one person, on one channel, at one of our addresses"),
        Column("turn_id", "string", "the messages answered together and their answer"),
        Column("message_id", "string", "the provider's id; of the answer's first part on outbound rows", privacy="id"),
        Column("channel", "string", "text, media, voice, email or whatsapp"),
        Column("direction", "string", "inbound (a person wrote) or outbound (the answer)"),
        Column("sending_address", "string", "who wrote", privacy="address"),
        Column("destination_address", "string", "to whom", privacy="address"),
        Column("message", "string", "the words; empty when nothing was sent, or only attachments came", privacy="text"),
        Column(
            "source", "string", "what answered: an answerer's name, or handoff, apology, consent, …; outbound rows only"
        ),
        Column("answerer_id", "string", "which agent, knowledge base, model or folder"),
        Column("session_id", "string", "the answering service's own session, where it has one"),
        Column(
            "citations",
            "array<string>",
            "where the answer's words come from: a JSON object each, with title and uri",
            privacy="raw",
        ),
        Column("latency_ms", "bigint", "from asking to having the whole answer; milliseconds, 0 on inbound rows"),
        Column("input_tokens", "bigint", "tokens read to answer"),
        Column("output_tokens", "bigint", "tokens written"),
        Column("occurred_at", "bigint", "when it was written, or the turn was finished; epoch milliseconds"),
        Column("tags", "map<string,string>", "language, reason, …", privacy="raw"),
        Column("event_id", "string", "what identifies the row: the same turn twice has the same ids; 32 hex"),
        Column("template_version", "string", "which version of the template made the row"),
        Column("received_at", "bigint", "when the turn reached the lake; epoch milliseconds"),
        _TENANT,
    ),
    filled=_BOOKKEEPING,
)

REJECTED = Table(
    "rejected",
    "What could not become a row, whole, so that it can be mended and replayed.",
    (
        Column("stage", "string", "where it failed: unwrap, expand, render or redact, or a stage of the hub's"),
        Column("reason", "string", "why: file, line and field where a template failed"),
        Column("source", "string", "the template that failed; empty before one was chosen"),
        Column("template_version", "string", "which version of it"),
        Column("original", "string", "the bytes, base64"),
        Column("received_at", "bigint", "when it reached us; epoch milliseconds"),
        Column("event_id", "string", "what identifies it: the same bytes twice have the same id; 32 hex"),
        _TENANT,
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (EVENTS, CONVERSATIONS, REJECTED)}
