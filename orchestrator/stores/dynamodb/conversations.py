"""The store of a deployment: one DynamoDB table, every step one transaction.

A turn costs one query and three transactions. Nothing scans. Items: dynamodb/items.py.
Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (100 items, 4 MB,
CancellationReasons), .../API_Query.html (1 MB a page).
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from orchestrator.aws_errors import Operation, translated
from orchestrator.errors import ConfigurationError, SupersededError, UpstreamError
from orchestrator.keys import contact_key_of
from orchestrator.model import Contact, ContactChange, Conversation, Held, InboundMessage, Turn
from orchestrator.stores.dynamodb.items import (
    DUE_INDEX,
    IS_DUE,
    KEPT_FOR,
    MOST_WAITING,
    MOST_WAITING_BYTES,
    RECORDS_KEPT_FOR,
    Item,
    due,
    expiring,
    is_alive,
    key,
    packed,
    sortable,
    unpacked,
)
from orchestrator.stores.ports import Committed, Snapshot

WAITS_TOO_LONG = timedelta(minutes=1)  # after which the sweeper wakes a message that no turn has taken

_COMMON = {
    "ProvisionedThroughputExceededException": UpstreamError,
    "RequestLimitExceeded": UpstreamError,
    "InternalServerError": UpstreamError,
    "ReplicatedWriteConflictException": UpstreamError,
}
_QUERY = Operation("dynamodb", "Query", _COMMON)
_GET = Operation("dynamodb", "GetItem", _COMMON)
_WRITE = Operation(
    "dynamodb",
    "TransactWriteItems",
    {
        **_COMMON,
        "TransactionCanceledException": UpstreamError,  # a conflict; a failed condition is told apart before
        "TransactionInProgressException": UpstreamError,
        "IdempotentParameterMismatchException": ConfigurationError,
    },
)


class DynamoClient(Protocol):
    """The part of boto3's `dynamodb` client that is used."""

    def query(self, **request: Any) -> Any: ...

    def get_item(self, **request: Any) -> Any: ...

    def transact_write_items(self, **request: Any) -> Any: ...


class DynamoStore:
    """Fills `Store`."""

    def __init__(self, client: DynamoClient, table: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def commit(self, key_: str, contact_key: str, message: InboundMessage, records: Sequence[bytes]) -> Committed:
        now = self._clock()
        known = {**_known(message), "conversation_key": {"S": key_}, **expiring(now, KEPT_FOR)}
        waiting = {
            **_waiting(key_, contact_key, message),
            **due(now + WAITS_TOO_LONG),
            "conversation_key": {"S": key_},
            **packed(message),
        }
        try:
            self._transact([self._put(known, "attribute_not_exists(pk)"), self._put(waiting), *self._records(records)])
        except SupersededError:
            return self._committed_before(message)
        return Committed.NEW

    def load(self, key_: str) -> Snapshot:
        contact_key, now = contact_key_of(key_), self._clock()
        day = f"spent#{_day(now)}"
        items = self._query(
            KeyConditionExpression="pk = :contact",
            FilterExpression="sk IN (:one, :day, :head) OR begins_with(sk, :waiting)",
            ExpressionAttributeValues={
                ":contact": {"S": contact_key},
                ":one": {"S": "contact"},
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
            contact=_contact(contact_key, found.get("contact", {}), found.get(day, {}), now),
            waiting=tuple(_bounded(item for name, item in sorted(found.items()) if name.startswith("waiting#"))),
        )

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[bytes] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        written = msgspec.structs.replace(conversation, version=conversation.version + 1)
        turn_id = written.turn.turn_id if written.turn else ""
        writes = [self._head(written, due_at)]
        for message in taken:
            writes.append(self._delete(_waiting(written.key, written.contact_key, message)))
            writes.append(self._update(_known(message), "SET turn_id = :turn", {":turn": {"S": turn_id}}))
        if finished:
            writes.append(self._put(self._turn(written.key, finished)))
        if change:
            writes += self._change(written.contact_key, change)
        self._transact([*writes, *self._records(records)])
        return written

    def record(self, records: Sequence[bytes], *, contact_key: str = "", change: ContactChange | None = None) -> None:
        changes = self._change(contact_key, change) if change else []
        self._transact([*changes, *self._records(records)])

    def hold(self, held: Held) -> None:
        try:
            self._transact([self._put({**_held(held), **packed(held)}, "attribute_not_exists(pk)")])
        except SupersededError:
            return  # it is held already

    def held(self) -> list[Held]:
        items = self._query(
            KeyConditionExpression="pk = :held", ExpressionAttributeValues={":held": {"S": "held"}}, ConsistentRead=True
        )
        return sorted((unpacked(item, Held) for item in items), key=lambda held: (held.held_at, held.message_id))

    def let_go(self, held: Held) -> None:
        self._transact([self._delete(_held(held))])

    def due(self, now: datetime, limit: int) -> list[str]:
        items = self._query(
            IndexName=DUE_INDEX,
            KeyConditionExpression="due = :due AND due_at <= :now",
            ExpressionAttributeValues={":due": {"S": IS_DUE}, ":now": {"N": repr(now.timestamp())}},
            Limit=limit,
        )
        return list(dict.fromkeys(item["conversation_key"]["S"] for item in items))[:limit]

    def turns(self, conversation: str) -> list[Turn]:
        """The finished turns of a conversation's key, every generation, in order."""
        items = self._query(
            KeyConditionExpression="pk = :conversation",
            ExpressionAttributeValues={":conversation": {"S": f"conversation#{conversation}"}},
            ConsistentRead=True,
        )
        return [unpacked(item, Turn) for item in items if is_alive(item, self._clock())]

    # ── calls ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _query(self, **request: Any) -> Iterator[Item]:
        """Every page; `Limit` bounds the first page, which is then the only one."""
        while True:
            with translated(_QUERY):
                page = self._client.query(TableName=self._table, **request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page or "Limit" in request:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _transact(self, writes: Sequence[dict[str, Any]]) -> None:
        """All or nothing. Raises `SupersededError` where a condition does not hold."""
        if not writes:
            return
        with translated(_WRITE):
            try:
                self._client.transact_write_items(TransactItems=list(writes))
            except ClientError as error:
                reasons: Any = error.response.get("CancellationReasons") or ()
                if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                    raise SupersededError("another worker has written first") from error
                raise

    def _committed_before(self, message: InboundMessage) -> Committed:
        with translated(_GET):
            found = self._client.get_item(TableName=self._table, Key=_known(message), ConsistentRead=True)
        return Committed.TAKEN if "turn_id" in found.get("Item", {}) else Committed.WAITING

    # ── writes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _put(self, item: Item, condition: str = "") -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        return {"Put": {**put, "ConditionExpression": condition} if condition else put}

    def _delete(self, item_key: Item) -> dict[str, Any]:
        return {"Delete": {"TableName": self._table, "Key": item_key}}

    def _update(
        self, item_key: Item, expression: str, values: Item, names: dict[str, str] | None = None
    ) -> dict[str, Any]:
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": item_key,
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
        }
        return {"Update": {**update, "ExpressionAttributeNames": names} if names else update}

    def _head(self, written: Conversation, due_at: datetime | None) -> dict[str, Any]:
        item = {
            **key(written.contact_key, f"conversation#{written.key}"),
            "version": {"N": str(written.version)},
            "conversation_key": {"S": written.key},
            **packed(written),
            **(due(due_at) if due_at else expiring(self._clock(), KEPT_FOR)),
        }
        if written.version > 1:
            put = self._put(item, "version = :read")
            put["Put"]["ExpressionAttributeValues"] = {":read": {"N": str(written.version - 1)}}
        else:  # also over one that has expired and is not deleted yet
            put = self._put(item, "attribute_not_exists(pk) OR expires_at <= :now")
            put["Put"]["ExpressionAttributeValues"] = {":now": {"N": str(int(self._clock().timestamp()))}}
        return put

    def _turn(self, conversation_key: str, turn: Turn) -> Item:
        finished_at = turn.finished_at or self._clock()
        return {
            **key(f"conversation#{conversation_key}", f"turn#{sortable(finished_at)}#{turn.turn_id}"),
            **packed(turn),
            **expiring(finished_at, KEPT_FOR),
        }

    def _change(self, contact_key: str, change: ContactChange) -> list[dict[str, Any]]:
        hour = int(change.at.timestamp()) // 3600
        changes = []
        if change.turns or change.tokens:
            expression = "ADD turns :turns, tokens :tokens, #hour :turns SET expires_at = :expires"
            values = {
                ":turns": {"N": str(change.turns)},
                ":tokens": {"N": str(change.tokens)},
                ":expires": expiring(change.at, timedelta(days=2))["expires_at"],
            }
            spent = key(contact_key, f"spent#{_day(change.at)}")
            changes.append(self._update(spent, expression, values, {"#hour": f"hour{hour}"}))
        told = {
            "consent": change.consent and {"S": change.consent},
            "notified_hour": change.notified and {"N": str(hour)},
        }
        values = {f":{name}": value for name, value in told.items() if value}
        if values:
            expression = "SET " + ", ".join(f"{name[1:]} = {name}" for name in values)
            changes.append(self._update(key(contact_key, "contact"), expression, values))
        return changes

    def _records(self, records: Sequence[bytes]) -> list[dict[str, Any]]:
        """Each an item of its own, which the table's stream brings to the lake; `stream` says to which of the two."""
        now = self._clock()
        return [
            self._put(
                {
                    **key(f"record#{sortable(now)}-{secrets.token_hex(8)}", "record"),
                    "stream": {"S": "conversations" if record.startswith(b'{"parley":"turn"') else "events"},
                    "record": {"S": record.decode("utf-8", "replace")},
                    **expiring(now, RECORDS_KEPT_FOR),
                }
            )
            for record in records
        ]


def _known(message: InboundMessage) -> Item:
    return key(f"message#{message.channel}#{message.message_id}", "message")


def _waiting(conversation_key: str, contact_key: str, message: InboundMessage) -> Item:
    return key(contact_key, f"waiting#{conversation_key}#{sortable(message.occurred_at)}#{message.message_id}")


def _held(held: Held) -> Item:
    return key("held", f"{held.channel}#{held.message_id}")


def _day(at: datetime) -> int:
    return int(at.timestamp()) // 86400


def _contact(contact_key: str, contact: Item, spent: Item, now: datetime) -> Contact:
    hour = int(now.timestamp()) // 3600

    def number(item: Item, name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    return Contact(
        contact_key,
        consent=contact["consent"]["S"] if "consent" in contact else None,
        hour=hour,
        day=_day(now),
        turns_this_hour=number(spent, f"hour{hour}"),
        turns_today=number(spent, "turns"),
        tokens_today=number(spent, "tokens"),
        notified_hour=number(contact, "notified_hour"),
    )


def _bounded(items: Iterator[Item]) -> Iterator[InboundMessage]:
    """The first messages that one turn can hold; each that is left has a wake-up of its own."""
    size = 0
    for number, item in enumerate(items):
        message: InboundMessage = unpacked(item, InboundMessage)
        size += len(msgspec.json.encode(message))
        if number and (number >= MOST_WAITING or size > MOST_WAITING_BYTES):
            return
        yield message
