"""A person in a deployment's DynamoDB table, items as in orchestrator/stores/dynamodb/items.py.

The table is scanned, twice: nothing in it is found by an address, which is its purpose.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.operating.erasure.person import Person, key_of
from infra.operating.erasure.report import Report
from orchestrator.keys import contact_key_of
from orchestrator.model import Conversation, Held, InboundMessage, Turn
from orchestrator.stores.dynamodb.items import Item, unpacked


class Table:
    """`client` is boto3's of DynamoDB; its errors are raised."""

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self._client = client

    def items(self) -> Iterator[Item]:
        for page in self._client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True):
            yield from page["Items"]

    def our_addresses(self) -> set[str]:
        """Those that people have written to."""
        return {
            unpacked(item, Conversation).our_address for item in self.items() if _sort(item).startswith("conversation#")
        }

    def learn(self, person: Person) -> None:
        """Take every id that leads to this person, and to nobody else."""
        for item in self.items():
            _learn(person, item)

    def erase(self, person: Person, report: Report, *, dry_run: bool = False) -> None:
        """Delete the person's items, take the address out of the others."""
        for item in self.items():
            where = f"table {self.name}: {_kind(item)}"
            if _is_theirs(person, item):
                report.count(where, removed=1)
                if not dry_run:
                    self._client.delete_item(TableName=self.name, Key={"pk": item["pk"], "sk": item["sk"]})
            elif (changed := _forgotten(person, item)) is not None:
                report.count(where, rewritten=1)
                if not dry_run:
                    self._change(item, changed)

    def _change(self, item: Item, name_and_value: tuple[str, dict[str, Any]]) -> None:
        """Unless it has changed meanwhile: then the next run finds it."""
        name, value = name_and_value
        try:
            self._client.update_item(
                TableName=self.name,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET #name = :new",
                ConditionExpression="#name = :old",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":new": value, ":old": item[name]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _learn(person: Person, item: Item) -> None:
    learn = {"held": _from_held, "conversation": _from_conversation, "waiting": _from_waiting, "turn": _from_turn}
    if learn_from := learn.get(_kind(item)):
        learn_from(person, item)


def _from_held(person: Person, item: Item) -> None:
    held: Held = unpacked(item, Held)
    if person.has(held.their_address) or person.named_in(held.original):
        person.learn(messages=[held.message_id])


def _from_conversation(person: Person, item: Item) -> None:
    conversation: Conversation = unpacked(item, Conversation)
    if person.has(conversation.their_address):
        person.ids.contacts.add(conversation.contact_key)
        person.ids.keys.add(conversation.key)
        _learn_turn(person, conversation.turn)


def _from_waiting(person: Person, item: Item) -> None:
    message: InboundMessage = unpacked(item, InboundMessage)
    if person.has(message.their_address):
        person.ids.contacts.add(_partition(item))
        person.learn(messages=[message.message_id])


def _from_turn(person: Person, item: Item) -> None:
    turn: Turn = unpacked(item, Turn)
    if person.has(turn.latest.their_address):
        person.ids.contacts.add(contact_key_of(key_of(turn.conversation_id)))
        _learn_turn(person, turn)


def _learn_turn(person: Person, turn: Turn | None) -> None:
    if turn:
        ids = [*(message.message_id for message in turn.messages), *(part.message_id for part in turn.parts)]
        person.learn(turn=turn.turn_id, conversation=turn.conversation_id, messages=ids)


def _is_theirs(person: Person, item: Item) -> bool:
    partition, ids = _partition(item), person.ids
    kind, _, rest = partition.partition("#")
    if kind == "record":
        record = item["record"]["S"].encode()
        return person.named_in(record) or person.tied_to(record)
    if partition == "held":
        return _sort(item).partition("#")[2] in ids.messages
    if kind == "message":
        return rest.partition("#")[2] in ids.messages
    return rest in ids.keys if kind == "conversation" else partition in ids.contacts


def _forgotten(person: Person, item: Item) -> tuple[str, dict[str, Any]] | None:
    """The attribute that names the person, without the address; None where none does."""
    if "body" not in item:
        return None
    text = zlib.decompress(bytes(item["body"]["B"])).decode()
    clean = person.forgotten(text)
    return None if clean == text else ("body", {"B": zlib.compress(clean.encode(), 1)})


def _kind(item: Item) -> str:
    return "held" if _partition(item) == "held" else _sort(item).partition("#")[0]


def _partition(item: Item) -> str:
    return str(item["pk"]["S"])


def _sort(item: Item) -> str:
    return str(item["sk"]["S"])
