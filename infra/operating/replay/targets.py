"""Where originals are put back: the embedded deployment, or a deployment's streams and its inbound queue."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Protocol

from infra.local.deployment import Deployment
from infra.local.ingest import Document, Ingest
from infra.operating.replay.originals import Original
from infra.operating.replay.replaying import Piece
from orchestrator.channels.channel import Channel
from orchestrator.envelopes import opened
from orchestrator.errors import ConfigurationError
from orchestrator.model import Delivered, Ignored, Record
from orchestrator.records import Records
from transformer.pipeline import transform
from transformer.put_back import FirehoseClient, put
from transformer.results import Rejected, Row

_STORED = """
    WITH wanted AS (SELECT id FROM UNNEST(split(:ids, ',')) AS given (id))
    SELECT event_id FROM events WHERE event_id IN (SELECT id FROM wanted)
    UNION SELECT event_id FROM conversations WHERE event_id IN (SELECT id FROM wanted)
"""


class EmbeddedTarget:
    """The journal, and the hub on the same data folder. A server that runs on it does the rest."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._ingest = Ingest(deployment)

    def transform(self, record: bytes, original: Original) -> Sequence[Row | Rejected]:
        """Not redacted: that changes no event_id, and may cost a call."""
        return self._made(record, original.received_at)

    def hub_has(self, original: Original) -> bool | None:
        found = [self._has(delivered) for delivered in opened(original.body, original.received_at)]
        known = [has for has in found if has is not None]
        return all(known) if known else None

    def there(self, event_ids: Sequence[str]) -> set[str]:
        """What waits in the journal is looked for first: it leaves the journal only when it is in the lake."""
        if not event_ids:
            return set()
        waiting = self._waiting().intersection(event_ids)
        stored = self._deployment.engine().query(_STORED, {"ids": ",".join(event_ids)})
        return waiting | {str(event_id) for (event_id,) in stored.rows}

    def put(self, pieces: Sequence[Piece]) -> None:
        self._deployment.store.journal.record([Record("events", piece.record) for piece in pieces])

    def receive(self, original: Original) -> str:
        outcomes = self._ingest.document(Document("rejected", 1, original.body))
        return "; ".join(f"{each.outcome}: {each.reason}".strip(": ") for each in outcomes)

    def _has(self, delivered: Delivered) -> bool | None:
        """Of one event: whether each message has its turn, and each that gets none has its row that says so."""
        channel = next((each for each in self._deployment.hub.channels if each.recognises(delivered.event)), None)
        items = channel.parse(delivered) if channel else ()
        if channel is None or not items:
            return None
        answered = (
            self._deployment.store.conversations.turn_of(channel.name, item.message_id)
            for item in items
            if not isinstance(item, Ignored)
        )
        told = self._told(channel, delivered, [item for item in items if isinstance(item, Ignored)])
        return all(answered) and self.there(list(told)).issuperset(told)

    def _told(self, channel: Channel, delivered: Delivered, ignored: Sequence[Ignored]) -> set[str]:
        """The rows by which the hub tells the lake of them."""
        for_the_lake, records = channel.for_the_lake(delivered), Records(self._deployment.settings.records)
        told = [item for item in ignored if records.tells_of(channel.name, item)]
        made = [record.body for item in told for record in records.ignored(channel.name, item, for_the_lake)]
        return {str(row.values["event_id"]) for body in made for row in self._made(body, delivered.occurred_at)}

    def _waiting(self) -> set[str]:
        with closing(self._deployment.store.database.connect()) as connection:
            bodies = [bytes(body) for (body,) in connection.execute("SELECT CAST(body AS BLOB) FROM journal")]
        now = self._deployment.clock()
        return {str(row.values["event_id"]) for body in bodies for row in self._made(body, now)}

    def _made(self, record: bytes, arrived_at: datetime) -> list[Row | Rejected]:
        account_id, templates = self._deployment.settings.records.account_id, self._deployment.templates.current()
        return transform(record, arrived_at, account_id=account_id, templates=templates)


class SqsClient(Protocol):
    """The one operation used of boto3's client."""

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> object: ...  # noqa: N803  # AWS's names


class StreamTarget:
    """A deployment's streams, by the table that each feeds, and the queue that its hub receives from.

    Nothing is looked up: what is there already is written once more, and counted once, having the same event_id.
    """

    def __init__(
        self, firehose: FirehoseClient, streams: Mapping[str, str], sqs: SqsClient, inbound_queue: str = ""
    ) -> None:
        self._firehose = firehose
        self._streams = streams
        self._sqs = sqs
        self._inbound_queue = inbound_queue

    def transform(self, record: bytes, original: Original) -> Sequence[Row | Rejected]:
        """By the shipped templates, as a deployment's own are not known here. No stream, no row."""
        results = transform(record, original.received_at, account_id=original.account_id)
        return [each if each.table in (*self._streams, "rejected") else _streamless(each, record) for each in results]

    def hub_has(self, original: Original) -> bool:
        for _ in opened(original.body, original.received_at):  # what is not even JSON stays where it is
            pass
        if not self._inbound_queue:
            raise ConfigurationError("it goes to the hub: name the inbound queue with --inbound-queue URL")
        return False

    def there(self, event_ids: Sequence[str]) -> set[str]:
        return set()

    def put(self, pieces: Sequence[Piece]) -> None:
        for table, stream in self._streams.items():
            put(self._firehose, stream, [piece.record for piece in pieces if piece.table == table])

    def receive(self, original: Original) -> str:
        self._sqs.send_message(QueueUrl=self._inbound_queue, MessageBody=original.body.decode("utf-8", "replace"))
        return "sent to the hub"


def _streamless(row: Row | Rejected, record: bytes) -> Rejected:
    return Rejected("route", f"name the stream of {row.table} with --{row.table}-stream", record, 0)
