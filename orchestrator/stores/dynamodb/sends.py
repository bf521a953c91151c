"""Sends in DynamoDB: a partition for each, with the facts about it; its names and its key in partitions of their own.

A step costs one query and two writes. Items: dynamodb/items.py.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from orchestrator.errors import SupersededError
from orchestrator.model import Record
from orchestrator.sends import Send, Told, with_facts
from orchestrator.stores.dynamodb.forgetting import Kind
from orchestrator.stores.dynamodb.items import (
    DUE_INDEX,
    KEPT_FOR,
    SEND_NAME,
    Item,
    expiring,
    is_alive,
    key,
    packed,
    partition_of,
    sort_of,
    unpacked,
)
from orchestrator.stores.dynamodb.journal import DynamoJournal
from orchestrator.stores.dynamodb.table import Table
from orchestrator.stores.ports import Idempotency, Person, another_request, place

SHARDS = 8  # partitions of the index of due sends: each takes a thousand writes a second


class DynamoSends:
    """Fills `Sends`."""

    def __init__(self, table: Table, journal: DynamoJournal, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def accept(
        self, send: Send, names: Sequence[str], idempotency: Idempotency | None, records: Sequence[Record]
    ) -> str | None:
        now = self._clock()
        writes = [self._table.put(self._item(send, send.created_at), "attribute_not_exists(pk)")]
        writes += [self._table.put(_named(name, send)) for name in names]
        if idempotency:
            known = {
                **_key(idempotency.key),
                "digest": {"S": idempotency.digest},
                "send_id": {"S": send.send_id},
                **expiring(idempotency.until, idempotency.until - idempotency.until),
            }
            over = {":now": {"N": str(int(now.timestamp()))}}
            writes.append(self._table.put(known, "attribute_not_exists(pk) OR expires_at <= :now", over))
        try:
            self._table.transact([*writes, *self._journal.writes(records)])
        except SupersededError:
            if not idempotency:
                raise
            return self._accepted_before(idempotency)
        return None

    def load(self, send_id: str) -> Send | None:
        items = self._table.query(
            KeyConditionExpression="pk = :send",
            ExpressionAttributeValues={":send": {"S": _partition(send_id)}},
            ConsistentRead=True,
        )
        found = {item["sk"]["S"]: item for item in items if is_alive(item, self._clock())}
        if "send" not in found:
            return None
        told = [unpacked(item, Told) for name, item in sorted(found.items()) if name.startswith("told#")]
        return with_facts(unpacked(found["send"], Send), canceled="canceled" in found, told=told)

    def save(self, send: Send, *, records: Sequence[Record] = (), due_at: datetime | None = None) -> Send:
        written = msgspec.structs.replace(send, version=send.version + 1)
        read = {":read": {"N": str(send.version)}}
        put = self._table.put(self._item(written, due_at), "version = :read", read)
        self._table.transact([put, *self._journal.writes(records)])
        return written

    def tell(self, send_id: str, told: Told) -> bool:
        item = {
            **key(_partition(send_id), f"told#{told.step:02}#{told.message_id}"),
            "rank": {"N": str(told.rank)},
            **packed(told),
            **expiring(self._clock(), KEPT_FOR),
        }
        further = {":rank": {"N": str(told.rank)}}
        try:
            self._table.transact([self._table.put(item, "attribute_not_exists(pk) OR #rank <= :rank", further, RANK)])
        except SupersededError:
            return False
        return True

    def cancel(self, send_id: str) -> bool:
        known = self._table.get(key(_partition(send_id), "send"))
        if known is None or not is_alive(known, self._clock()):
            return False
        self._table.transact(
            [self._table.put({**key(_partition(send_id), "canceled"), **expiring(self._clock(), KEPT_FOR)})]
        )
        return True

    def due(self, now: datetime, limit: int) -> list[str]:
        found: list[str] = []
        for shard in range(SHARDS):
            items = self._table.query(
                IndexName=DUE_INDEX,
                KeyConditionExpression="due = :due AND due_at <= :now",
                ExpressionAttributeValues={":due": {"S": _shard(shard)}, ":now": {"N": repr(now.timestamp())}},
                Limit=limit,
            )
            found += [partition_of(item).partition("#")[2] for item in items]
        return found[:limit]

    def named(self, name: str, *, limit: int, before: str = "") -> list[Send]:
        values = {":name": {"S": f"{SEND_NAME}#{name}"}}
        condition = "pk = :name"
        if before:
            condition += " AND sk < :before"
            values[":before"] = {"S": before}
        items = self._table.query(
            KeyConditionExpression=condition, ExpressionAttributeValues=values, ScanIndexForward=False, Limit=limit
        )
        return list(self._loaded(_send_of_place(item) for item in items))

    def known(self, key: str) -> str | None:
        item = self._table.get(_key(key))
        return str(item["send_id"]["S"]) if item and is_alive(item, self._clock()) else None

    def _loaded(self, send_ids: Iterator[str]) -> Iterator[Send]:
        for send_id in send_ids:
            if send := self.load(send_id):
                yield send

    def _item(self, send: Send, due_at: datetime | None) -> Item:
        item = {**key(_partition(send.send_id), "send"), "version": {"N": str(send.version)}, **packed(send)}
        if due_at is None:
            return {**item, **expiring(self._clock(), KEPT_FOR)}
        shard = int(hashlib.sha256(send.send_id.encode()).hexdigest(), 16) % SHARDS
        return {**item, "due": {"S": _shard(shard)}, "due_at": {"N": repr(due_at.timestamp())}}

    def _accepted_before(self, idempotency: Idempotency) -> str:
        item = self._table.get(_key(idempotency.key))
        if item is None:
            raise SupersededError("the request is being accepted by another worker")
        if item["digest"]["S"] != idempotency.digest:
            raise another_request()
        return str(item["send_id"]["S"])


RANK = {"#rank": "rank"}


def _partition(send_id: str) -> str:
    return f"send#{send_id}"


def _shard(number: int) -> str:
    return f"send-{number}"


def _key(idempotency_key: str) -> Item:
    return key(f"send-key#{idempotency_key}", "send-key")


def _named(name: str, send: Send) -> Item:
    return {
        **key(f"{SEND_NAME}#{name}", place(send)),
        **expiring(send.created_at, KEPT_FOR),
    }


def _send_of_place(item: Item) -> str:
    return sort_of(item).rpartition("-")[2]


# ── forgetting a person ────────────────────────────────────────────────────────────────────────────────────────────


def _learn(person: Person, item: Item) -> None:
    send: Send = unpacked(item, Send)
    if any(person.has(step.to.address) for step in send.steps):
        messages = [part.message_id for step in send.steps for part in step.parts if part.message_id]
        person.learn(send=send.send_id, messages=messages)


def _in_their_send(person: Person, item: Item) -> bool:
    return partition_of(item).partition("#")[2] in person.ids.sends


def _names_their_send(person: Person, item: Item) -> bool:
    return _send_of_place(item) in person.ids.sends


def _is_key_of_their_send(person: Person, item: Item) -> bool:
    return item["send_id"]["S"] in person.ids.sends


KINDS = {
    "send": Kind(_in_their_send, _learn),
    "told": Kind(_in_their_send),
    "canceled": Kind(_in_their_send),
    "send-name": Kind(_names_their_send),
    "send-key": Kind(_is_key_of_their_send),
}
