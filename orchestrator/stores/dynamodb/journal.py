"""What the lake still lacks, in DynamoDB: an item for each record, which the table's stream brings to the lake."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from orchestrator.model import Record
from orchestrator.stores.dynamodb.forgetting import Kind
from orchestrator.stores.dynamodb.items import RECORDS_KEPT_FOR, Item, expiring, key, sortable
from orchestrator.stores.dynamodb.table import Table, Write
from orchestrator.stores.ports import Person


class DynamoJournal:
    """Fills `Journal`, and gives the writes of records to a step's transaction."""

    def __init__(self, table: Table, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    def record(self, records: Sequence[Record]) -> None:
        self._table.transact(self.writes(records))

    def writes(self, records: Sequence[Record]) -> list[Write]:
        """What keeps them, as a part of a step's transaction; `stream` says to which of the two they go."""
        now = self._clock()
        return [
            self._table.put(
                {
                    **key(f"record#{sortable(now)}-{secrets.token_hex(8)}", "record"),
                    "stream": {"S": record.stream},
                    "record": {"S": record.body.decode("utf-8", "replace")},
                    **expiring(now, RECORDS_KEPT_FOR),
                }
            )
            for record in records
        ]


def _is_theirs(person: Person, item: Item) -> bool:
    record = item["record"]["S"].encode()
    return person.named_in(record) or person.tied_to(record)


KINDS = {"record": Kind(_is_theirs)}
