"""What the transformer makes: rows, and rejected rows."""

import base64
import hashlib

import orjson
from msgspec import Struct

from transformer.schema import EMPTY, EVENTS, TableName, Values
from transformer.tenants import DEFAULT


class Row(Struct, frozen=True, gc=False):
    """`values` are exactly the table's columns, of exactly their types."""

    table: TableName
    values: Values


class Rejected(Struct, frozen=True):
    """What could not become a row. `original` is enough to try again: transformed again, it gives what is missing."""

    stage: str  # unwrap, expand, render or redact; or a stage of the hub's
    reason: str
    original: bytes
    received_at: int  # epoch milliseconds
    source: str = ""  # the template that failed; "" before one was chosen
    template_version: str = ""
    tenant: str = DEFAULT

    @property
    def table(self) -> TableName:
        return "rejected"

    @property
    def values(self) -> Values:
        """The columns of the table `rejected` that are filled, `original` in base64."""
        return {
            "stage": self.stage,
            "reason": self.reason,
            "source": self.source,
            "template_version": self.template_version,
            "original": base64.b64encode(self.original).decode(),
            "received_at": self.received_at,
            "event_id": self.event_id,
            "tenant": self.tenant,
        }

    @property
    def event_id(self) -> str:
        return identify(self.original)


_EMPTY = {column.name: EMPTY[column.type] for column in EVENTS.columns}


def as_event(rejected: Rejected) -> Values:
    """As a row of the table `events`, of type `rejected`: how a bad part travels among the good rows of its record."""
    kept = {
        "parley": "rejected",
        "stage": rejected.stage,
        "reason": rejected.reason,
        "original": base64.b64encode(rejected.original).decode(),
        "tenant": rejected.tenant,
    }
    return {
        **_EMPTY,
        "type": "rejected",
        "status": rejected.stage,
        "status_message": rejected.reason,
        "occurred_at": rejected.received_at,
        "raw_event": orjson.dumps(kept).decode(),
        "event_id": rejected.event_id,
        "source": rejected.source,
        "template_version": rejected.template_version,
        "received_at": rejected.received_at,
        "tenant": rejected.tenant,
    }


def identify(identity: bytes) -> str:
    """32 hex of what identifies an event."""
    return hashlib.sha256(identity).hexdigest()[:32]
