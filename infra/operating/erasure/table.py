"""A person in a deployment's DynamoDB table, items as in orchestrator/stores/dynamodb/items.py.

The table is scanned, twice: nothing in it is found by an address, which is its purpose.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from orchestrator.errors import ConfigurationError
from orchestrator.model import Conversation
from orchestrator.stores.dynamodb.forgetting import Kind
from orchestrator.stores.dynamodb.items import Item, kind_of, partition_of, sort_of, unpacked
from orchestrator.stores.dynamodb.store import KINDS


class Table:
    """`client` is boto3's of DynamoDB; its errors are raised.

    Raises `ConfigurationError` for an item of no known kind: what nobody knows, nobody would forget.
    """

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self._client = client

    def items(self) -> Iterator[Item]:
        for page in self._client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True):
            yield from page["Items"]

    def our_addresses(self) -> set[str]:
        """Those that people have written to."""
        return {unpacked(item, Conversation).our_address for item in self.items() if kind_of(item) == "conversation"}

    def learn(self, person: Person) -> None:
        """Take every id that leads to this person, and to nobody else."""
        for item in self.items():
            _kind(item).learn(person, item)

    def erase(self, person: Person, report: Report, *, dry_run: bool = False) -> None:
        """Delete the person's items, take the address out of the others."""
        for item in self.items():
            where = f"table {self.name}: {kind_of(item)}"
            if _kind(item).is_theirs(person, item):
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


def _kind(item: Item) -> Kind:
    if known := KINDS.get(kind_of(item)):
        return known
    where = f"{partition_of(item)}, {sort_of(item)}"
    raise ConfigurationError(f"nothing knows how to forget a person in the item {where}: use a newer Parley")


def _forgotten(person: Person, item: Item) -> tuple[str, dict[str, Any]] | None:
    """The attribute that names the person, without the address; None where none does."""
    if "body" not in item:
        return None
    text = zlib.decompress(bytes(item["body"]["B"])).decode()
    clean = person.forgotten(text)
    return None if clean == text else ("body", {"B": zlib.compress(clean.encode(), 1)})
