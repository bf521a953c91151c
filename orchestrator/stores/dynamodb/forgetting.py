"""Forgetting a person in DynamoDB: each subject says, beside its items, which are a person's and what ids they tell.

The table is scanned for it: nothing in it is found by an address, which is its purpose.
"""

from collections.abc import Callable
from typing import NamedTuple

from orchestrator.stores.dynamodb.items import Item, partition_of
from orchestrator.stores.ports import Person


def _nothing(person: Person, item: Item) -> None:
    """Of items that name nobody."""


class Kind(NamedTuple):
    """One kind of item, as `items.kind_of` names it."""

    is_theirs: Callable[[Person, Item], bool]  # by the ids that all kinds have told before
    learn: Callable[[Person, Item], None] = _nothing  # tell the ids that lead to this person, and to nobody else


def in_their_partition(person: Person, item: Item) -> bool:
    """Of what is kept in a contact's partition."""
    return partition_of(item) in person.ids.contacts
