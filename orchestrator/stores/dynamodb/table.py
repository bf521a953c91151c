"""The calls to the one table of a deployment: every write a transaction, every read consistent. Nothing scans.

Items: dynamodb/items.py.
Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (100 items, 4 MB,
CancellationReasons), .../API_Query.html (1 MB a page).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

from botocore.exceptions import ClientError

from orchestrator.aws_errors import Operation, translated
from orchestrator.errors import ConfigurationError, SupersededError, UpstreamError
from orchestrator.stores.dynamodb.items import Item

Write: TypeAlias = dict[str, Any]  # one of TransactWriteItems

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


class Table:
    """One table, by its client and name."""

    def __init__(self, client: DynamoClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, item_key: Item) -> Item | None:
        """The item of a primary key; None where there is none."""
        with translated(_GET):
            found: Any = self._client.get_item(TableName=self._name, Key=item_key, ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item

    def query(self, **request: Any) -> Iterator[Item]:
        """Every page; `Limit` bounds the first page, which is then the only one."""
        while True:
            with translated(_QUERY):
                page = self._client.query(TableName=self._name, **request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page or "Limit" in request:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing; nothing at all for no writes. Raises `SupersededError` where a condition does not hold."""
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

    def put(
        self, item: Item, condition: str = "", values: Item | None = None, names: dict[str, str] | None = None
    ) -> Write:
        """Write an item whole, where the condition holds."""
        put: Write = {"TableName": self._name, "Item": item}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = values
        if names:
            put["ExpressionAttributeNames"] = names
        return {"Put": put}

    def delete(self, item_key: Item) -> Write:
        """The write, for `transact`, that deletes the item of a primary key."""
        return {"Delete": {"TableName": self._name, "Key": item_key}}

    def update(
        self,
        item_key: Item,
        expression: str,
        values: Item,
        names: dict[str, str] | None = None,
        condition: str = "",
    ) -> Write:
        """Change an item, or make it, where the condition holds."""
        update: Write = {
            "TableName": self._name,
            "Key": item_key,
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
        }
        if names:
            update["ExpressionAttributeNames"] = names
        if condition:
            update["ConditionExpression"] = condition
        return {"Update": update}
