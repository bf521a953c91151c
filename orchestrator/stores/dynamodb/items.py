"""The single table: which item holds what, and how a value becomes one.

    pk                          sk                              holds
    <contact key>               contact                         consent, what is asked of it, last budget notice
    <contact key>               spent#<epoch day>               turns and tokens of the day, each hour's turns, threads
    unproven[-<tenant>]         spent#<epoch day>               turns of all that nobody vouches for, of each hour
    <contact key>               conversation#<key>              a conversation with its unfinished turn; `due`, `due_at`
    <contact key>               waiting#<key>#<time>#<id>       a message in no turn yet; `due`, `due_at`
    <contact key>               sent#<provider's id>            the thread in which we sent it
    message#<channel>#<id>      message                         that the message is known, and its turn once it has one
    conversation#<key>          turn#<time>#<turn id>           a finished turn
    send#<send id>              send                            a send; `due`, `due_at`
    send#<send id>              told#<step>#<provider's id>     the furthest that was told of a message of it
    send#<send id>              canceled                        that nothing more of it is to leave
    send-name#<name>            <time>-<send id>                that a send has this name
    send-key#<key>              send-key                        which send a request's key led to
    spending                    tokens#<epoch hour>#<number>    model tokens that all people together have spent
    record#<id>                 record                          an event for the lake, read from the table's stream
    held                        <channel>#<message id>          a quarantined message

A body of a later form than the first has its number beside it, as `form` (see NewerDataError), and an older program
refuses it: it would drop what it does not know when it writes the item again. Each item tells for itself, so that it
costs no call, and old and new functions can run side by side while a deployment replaces them.

One query of a contact's partition loads all that a worker needs. `due` is there only while something is unfinished, so
the index on it is sparse. Bodies are compressed JSON: with the bounds below no item comes near DynamoDB's 400 kB.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from orchestrator.errors import NewerDataError

Item = dict[str, dict[str, Any]]

FORM = 0  # of the bodies that are written; 0 is not written
DUE_INDEX = "due"
EXPIRES_AT = "expires_at"  # the attribute by which DynamoDB deletes
IS_DUE = "1"  # the index's partition: one, for few conversations are unfinished at a time
SEND_NAME = "send-name"  # what the partitions of names begin with
HELD = "held"  # the partition of messages in quarantine
KEPT_FOR = timedelta(days=30)  # messages' ids, finished turns, idle conversations
RECORDS_KEPT_FOR = timedelta(days=2)  # the stream keeps them for one
MOST_WAITING = 40  # messages taken into one turn: a transaction writes 100 items, two for each
MOST_WAITING_BYTES = 120_000  # of their bodies, before compression


def key(partition: str, sort: str) -> Item:
    """The primary key of an item: the attributes `pk` and `sk`."""
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def partition_of(item: Mapping[str, Any]) -> str:
    """The first half of an item's key."""
    return str(item["pk"]["S"])


def sort_of(item: Mapping[str, Any]) -> str:
    """The second half of an item's key."""
    return str(item["sk"]["S"])


def kind_of(item: Mapping[str, Any]) -> str:
    """Which of the above it is: what its sort key begins with; by the partition in quarantine, and of a send's name."""
    partition = partition_of(item).partition("#")[0]
    return partition if partition in (HELD, SEND_NAME) else sort_of(item).partition("#")[0]


def packed(value: object, form: int = FORM) -> Item:
    """The attributes that hold a value."""
    body = {"body": {"B": zlib.compress(msgspec.json.encode(value), 1)}}
    return {**body, "form": {"N": str(form)}} if form else body


def unpacked(item: Mapping[str, Any], type_: Any) -> Any:
    """The value of an item's body, validated. Raises `NewerDataError`."""
    if (form := int(item.get("form", {"N": "0"})["N"])) > FORM:
        raise NewerDataError(f"the item {partition_of(item)}, {sort_of(item)}", form, FORM)
    return msgspec.json.decode(zlib.decompress(bytes(item["body"]["B"])), type=type_)


def expiring(at: datetime, after: timedelta) -> Item:
    """When DynamoDB may delete the item; it can be two days late, so readers compare `expires_at` themselves."""
    return {EXPIRES_AT: {"N": str(int((at + after).timestamp()))}}


def is_alive(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the item has not expired."""
    return EXPIRES_AT not in item or int(item[EXPIRES_AT]["N"]) > now.timestamp()


def due(at: datetime) -> Item:
    """What puts an item into the index of unfinished things."""
    return {"due": {"S": IS_DUE}, "due_at": {"N": repr(at.timestamp())}}


def sortable(at: datetime) -> str:
    """A time whose text sorts as it does: milliseconds, 14 digits."""
    return f"{int(at.timestamp() * 1000):014}"


def table(name: str) -> dict[str, Any]:
    """The table as CreateTable takes it."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "due", "AttributeType": "S"},
            {"AttributeName": "due_at", "AttributeType": "N"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": DUE_INDEX,
                "KeySchema": [
                    {"AttributeName": "due", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["conversation_key"]},
            }
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    }
