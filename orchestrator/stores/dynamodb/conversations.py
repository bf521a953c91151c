"""Conversations in DynamoDB: messages, and the turns they become. A turn costs one query and three transactions.

Items: dynamodb/items.py.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from orchestrator.errors import SupersededError
from orchestrator.keys import contact_key_of, key_of
from orchestrator.model import ContactChange, Conversation, InboundMessage, Quota, Record, Turn
from orchestrator.stores.dynamodb.contacts import CONTACT, DynamoContacts, contact_of, spent_on
from orchestrator.stores.dynamodb.forgetting import Kind, in_their_partition
from orchestrator.stores.dynamodb.items import (
    DUE_INDEX,
    IS_DUE,
    KEPT_FOR,
    MOST_WAITING,
    MOST_WAITING_BYTES,
    Item,
    due,
    expiring,
    is_alive,
    key,
    packed,
    partition_of,
    sort_of,
    sortable,
    unpacked,
)
from orchestrator.stores.dynamodb.journal import DynamoJournal
from orchestrator.stores.dynamodb.table import Table, Write
from orchestrator.stores.ports import WAITS_TOO_LONG, Committed, Person, Snapshot, sent_in_thread

_GENERATION = re.compile(r"(?<=-[0-9a-f]{32})-\d+$")  # the end of an id: sms-<32 hex>-0


class DynamoConversations:
    """Fills `Conversations`; every step is one transaction."""

    def __init__(
        self, table: Table, contacts: DynamoContacts, journal: DynamoJournal, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._contacts = contacts
        self._journal = journal
        self._clock = clock

    def commit(self, key_: str, contact_key: str, message: InboundMessage, records: Sequence[Record]) -> Committed:
        now = self._clock()
        known = {**_known(message), "conversation_key": {"S": key_}, **expiring(now, KEPT_FOR)}
        waiting = {
            **_waiting(key_, contact_key, message),
            **due(now + WAITS_TOO_LONG),
            "conversation_key": {"S": key_},
            **packed(message),
        }
        try:
            self._table.transact(
                [
                    self._table.put(known, "attribute_not_exists(pk)"),
                    self._table.put(waiting),
                    *self._journal.writes(records),
                ]
            )
        except SupersededError:
            return self._committed_before(message)
        return Committed.NEW

    def load(self, key_: str) -> Snapshot:
        contact_key, now = contact_key_of(key_), self._clock()
        day = spent_on(now)
        items = self._table.query(
            KeyConditionExpression="pk = :contact",
            FilterExpression="sk IN (:one, :day, :head) OR begins_with(sk, :waiting)",
            ExpressionAttributeValues={
                ":contact": {"S": contact_key},
                ":one": {"S": CONTACT},
                ":day": {"S": day},
                ":head": {"S": f"conversation#{key_}"},
                ":waiting": {"S": f"waiting#{key_}#"},
            },
            ConsistentRead=True,
        )
        found = {item["sk"]["S"]: item for item in items if is_alive(item, now)}
        head = found.get(f"conversation#{key_}")
        return Snapshot(
            conversation=unpacked(head, Conversation) if head else None,
            contact=contact_of(contact_key, found.get(CONTACT, {}), found.get(day, {}), now),
            waiting=tuple(_bounded(item for name, item in sorted(found.items()) if name.startswith("waiting#"))),
        )

    def thread_of(self, contact_key: str, message_id: str) -> str | None:
        item = self._table.get(key(contact_key, f"sent#{message_id}"))
        return item["thread"]["S"] if item and is_alive(item, self._clock()) else None

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[Record] = (),
        quotas: Sequence[Quota] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        written = msgspec.structs.replace(conversation, version=conversation.version + 1)
        turn_id = written.turn.turn_id if written.turn else ""
        writes = [self._head(written, due_at)]
        for message in taken:
            writes.append(self._table.delete(_waiting(written.key, written.contact_key, message)))
            writes.append(self._table.update(_known(message), "SET turn_id = :turn", {":turn": {"S": turn_id}}))
        writes += [self._table.put(self._sent(written, each)) for each in sent_in_thread(written, finished)]
        if finished:
            writes.append(self._table.put(self._turn(written.key, finished)))
        if change:
            writes += self._contacts.writes(written.contact_key, change)
        writes += map(self._contacts.taking, quotas)
        self._table.transact([*writes, *self._journal.writes(records)])
        return written

    def due(self, now: datetime, limit: int) -> list[str]:
        items = self._table.query(
            IndexName=DUE_INDEX,
            KeyConditionExpression="due = :due AND due_at <= :now",
            ExpressionAttributeValues={":due": {"S": IS_DUE}, ":now": {"N": repr(now.timestamp())}},
            Limit=limit,
        )
        return list(dict.fromkeys(item["conversation_key"]["S"] for item in items))[:limit]

    def turns(self, conversation: str) -> list[Turn]:
        key_ = _GENERATION.sub("", conversation)
        items = self._table.query(
            KeyConditionExpression="pk = :conversation",
            ExpressionAttributeValues={":conversation": {"S": f"conversation#{key_}"}},
            ConsistentRead=True,
        )
        found: list[Turn] = [unpacked(item, Turn) for item in items if is_alive(item, self._clock())]
        return [turn for turn in found if conversation in {key_, turn.conversation_id}]

    def _head(self, written: Conversation, due_at: datetime | None) -> Write:
        item = {
            **key(written.contact_key, f"conversation#{written.key}"),
            "version": {"N": str(written.version)},
            "conversation_key": {"S": written.key},
            **packed(written),
            **(due(due_at) if due_at else expiring(self._clock(), KEPT_FOR)),
        }
        if written.version > 1:
            return self._table.put(item, "version = :read", {":read": {"N": str(written.version - 1)}})
        # also over one that has expired and is not deleted yet
        now = {":now": {"N": str(int(self._clock().timestamp()))}}
        return self._table.put(item, "attribute_not_exists(pk) OR expires_at <= :now", now)

    def _turn(self, conversation_key: str, turn: Turn) -> Item:
        finished_at = turn.finished_at or self._clock()
        return {
            **key(f"conversation#{conversation_key}", f"turn#{sortable(finished_at)}#{turn.turn_id}"),
            **packed(turn),
            **expiring(finished_at, KEPT_FOR),
        }

    def _sent(self, conversation: Conversation, message_id: str) -> Item:
        return {
            **key(conversation.contact_key, f"sent#{message_id}"),
            "thread": {"S": conversation.thread},
            **expiring(self._clock(), KEPT_FOR),
        }

    def _committed_before(self, message: InboundMessage) -> Committed:
        return Committed.TAKEN if "turn_id" in (self._table.get(_known(message)) or {}) else Committed.WAITING


def _known(message: InboundMessage) -> Item:
    return key(f"message#{message.channel}#{message.message_id}", "message")


def _waiting(conversation_key: str, contact_key: str, message: InboundMessage) -> Item:
    return key(contact_key, f"waiting#{conversation_key}#{sortable(message.occurred_at)}#{message.message_id}")


def _bounded(items: Iterator[Item]) -> Iterator[InboundMessage]:
    """The first messages that one turn can hold; each that is left has a wake-up of its own."""
    size = 0
    for number, item in enumerate(items):
        message: InboundMessage = unpacked(item, InboundMessage)
        size += len(msgspec.json.encode(message))
        if number and (number >= MOST_WAITING or size > MOST_WAITING_BYTES):
            return
        yield message


# ── forgetting a person ────────────────────────────────────────────────────────────────────────────────────────────


def _learn_conversation(person: Person, item: Item) -> None:
    conversation: Conversation = unpacked(item, Conversation)
    if person.has(conversation.their_address):
        person.ids.contacts.add(conversation.contact_key)
        person.ids.keys.add(conversation.key)
    turn = conversation.turn
    writers = [message.written_by for message in turn.messages] if turn else []
    if turn and any(map(person.has, (conversation.their_address, *writers))):
        person.learn_turn(turn)


def _learn_waiting(person: Person, item: Item) -> None:
    message: InboundMessage = unpacked(item, InboundMessage)
    if person.has(message.their_address):
        person.ids.contacts.add(partition_of(item))
    if person.has(message.their_address) or person.has(message.written_by):
        person.learn(messages=[message.message_id])


def _learn_turn(person: Person, item: Item) -> None:
    turn: Turn = unpacked(item, Turn)
    if person.has(turn.latest.their_address):
        person.ids.contacts.add(contact_key_of(key_of(turn.conversation_id)))
    if person.has(turn.latest.their_address) or any(person.has(each.written_by) for each in turn.messages):
        person.learn_turn(turn)


def _is_their_conversation(person: Person, item: Item) -> bool:
    """Their own, or one in which they wrote and had somebody else answered."""
    return in_their_partition(person, item) or sort_of(item).partition("#")[2] in person.ids.keys


def _is_their_waiting_message(person: Person, item: Item) -> bool:
    return in_their_partition(person, item) or sort_of(item).split("#", 3)[3] in person.ids.messages


def _is_their_message(person: Person, item: Item) -> bool:
    return partition_of(item).split("#", 2)[2] in person.ids.messages


def _is_their_turn(person: Person, item: Item) -> bool:
    return partition_of(item).partition("#")[2] in person.ids.keys


KINDS = {
    "conversation": Kind(_is_their_conversation, _learn_conversation),
    "waiting": Kind(_is_their_waiting_message, _learn_waiting),
    "message": Kind(_is_their_message),
    "turn": Kind(_is_their_turn, _learn_turn),
    "sent": Kind(in_their_partition),
}
