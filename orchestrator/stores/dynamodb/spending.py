"""What all people together have spent, in DynamoDB: model tokens by the hour, each hour in a few items.

A few, as the item of an hour is written by every answer: two transactions that meet at one item fail. What an answer
adds goes to the item that its contact's key names.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import ContactChange, Spent
from orchestrator.stores.dynamodb.forgetting import Kind
from orchestrator.stores.dynamodb.items import Item, expiring, key
from orchestrator.stores.dynamodb.table import Table, Write

PARTITION = "spending"
KINDS = {"tokens": Kind(lambda _person, _item: False)}  # no item names a person
_ITEMS = 16  # of an hour
_KEPT_FOR = timedelta(days=2)


def writes(table: Table, contact_key: str, change: ContactChange) -> list[Write]:
    """What counts the tokens of a change, as a part of a step's transaction."""
    if not change.tokens:
        return []
    values = {":tokens": {"N": str(change.tokens)}, ":expires": expiring(change.at, _KEPT_FOR)["expires_at"]}
    number = zlib.crc32(contact_key.encode()) % _ITEMS
    item_key = key(PARTITION, f"{_hour(epoch_hour(change.at))}{number:02}")
    return [table.update(item_key, "ADD tokens :tokens SET expires_at = :expires", values)]


def spent_by_all(table: Table, now: datetime) -> Spent:
    hour = epoch_hour(now)
    items = list(
        table.query(
            KeyConditionExpression="pk = :spending AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":spending": {"S": PARTITION},
                ":first": {"S": _hour(epoch_day(now) * 24)},
                ":last": {"S": _hour(hour + 1)},
            },
        )
    )
    return Spent(_tokens(each for each in items if each["sk"]["S"].startswith(_hour(hour))), _tokens(items))


def _hour(hour: int) -> str:
    """Sorts as the hours do."""
    return f"tokens#{hour:08}#"


def _tokens(items: Iterable[Item]) -> int:
    return sum(int(item["tokens"]["N"]) for item in items)
