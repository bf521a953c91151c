"""Messages that are held back for their verdicts, in DynamoDB: one partition, for they are few."""

from orchestrator.errors import SupersededError
from orchestrator.model import Held
from orchestrator.stores.dynamodb.items import Item, key, packed, unpacked
from orchestrator.stores.dynamodb.table import Table


class DynamoQuarantine:
    """Fills `Quarantine`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def hold(self, held: Held) -> None:
        item = {**_key(held), **packed(held)}
        try:
            self._table.transact([self._table.put(item, "attribute_not_exists(pk)")])
        except SupersededError:
            return  # it is held already

    def held(self) -> list[Held]:
        items = self._table.query(
            KeyConditionExpression="pk = :held", ExpressionAttributeValues={":held": {"S": "held"}}, ConsistentRead=True
        )
        return sorted((unpacked(item, Held) for item in items), key=lambda held: (held.held_at, held.message_id))

    def let_go(self, held: Held) -> None:
        self._table.transact([self._table.delete(_key(held))])


def _key(held: Held) -> Item:
    return key("held", f"{held.channel}#{held.message_id}")
