"""Messages that are held back for their verdicts, in DynamoDB: one partition, for they are few."""

from orchestrator.errors import SupersededError
from orchestrator.model import Held
from orchestrator.stores.dynamodb.forgetting import Kind
from orchestrator.stores.dynamodb.items import HELD, Item, key, packed, sort_of, unpacked
from orchestrator.stores.dynamodb.table import Table
from orchestrator.stores.ports import Person


class DynamoQuarantine:
    """Fills `Quarantine`, by an item for each message."""

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
            KeyConditionExpression="pk = :held", ExpressionAttributeValues={":held": {"S": HELD}}, ConsistentRead=True
        )
        return sorted((unpacked(item, Held) for item in items), key=lambda held: (held.held_at, held.message_id))

    def let_go(self, held: Held) -> None:
        self._table.transact([self._table.delete(_key(held))])


def _key(held: Held) -> Item:
    return key(HELD, f"{held.channel}#{held.message_id}")


def _learn(person: Person, item: Item) -> None:
    held: Held = unpacked(item, Held)
    if person.has(held.their_address) or person.named_in(held.original):
        person.learn(messages=[held.message_id])


def _is_theirs(person: Person, item: Item) -> bool:
    return sort_of(item).partition("#")[2] in person.ids.messages


KINDS = {HELD: Kind(_is_theirs, _learn)}
