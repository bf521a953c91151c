"""People at our addresses, in DynamoDB: consent in one item, what they have spent in one a day."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import Contact, ContactChange, Record, Spent
from orchestrator.stores.dynamodb import spending
from orchestrator.stores.dynamodb.forgetting import Kind, in_their_partition
from orchestrator.stores.dynamodb.items import Item, expiring, key
from orchestrator.stores.dynamodb.journal import DynamoJournal
from orchestrator.stores.dynamodb.table import Table, Write

CONTACT = "contact"  # the sort key of a contact's consent
KINDS = {CONTACT: Kind(in_their_partition), "spent": Kind(in_their_partition), **spending.KINDS}


class DynamoContacts:
    """Fills `Contacts`, by an item of consent and one of each day's spending."""

    def __init__(self, table: Table, journal: DynamoJournal, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def load(self, contact_key: str) -> Contact:
        """By its consent alone: what was spent on answers is not looked up."""
        item = self._table.get(key(contact_key, CONTACT))
        return contact_of(contact_key, item or {}, {}, self._clock())

    def change(self, contact_key: str, change: ContactChange, records: Sequence[Record]) -> None:
        self._table.transact([*self.writes(contact_key, change), *self._journal.writes(records)])

    def spent_by_all(self, now: datetime) -> Spent:
        return spending.spent_by_all(self._table, now)

    def writes(self, contact_key: str, change: ContactChange) -> list[Write]:
        """What changes a contact, as a part of a step's transaction."""
        hour = epoch_hour(change.at)
        changes = spending.writes(self._table, contact_key, change)
        if change.turns or change.tokens:
            expression = "ADD turns :turns, tokens :tokens, #hour :turns SET expires_at = :expires"
            values = {
                ":turns": {"N": str(change.turns)},
                ":tokens": {"N": str(change.tokens)},
                ":expires": expiring(change.at, timedelta(days=2))["expires_at"],
            }
            spent = key(contact_key, spent_on(change.at))
            changes.append(self._table.update(spent, expression, values, {"#hour": f"hour{hour}"}))
        told = {
            "consent": change.consent and {"S": change.consent},
            "notified_hour": change.notified and {"N": str(hour)},
        }
        values = {f":{name}": value for name, value in told.items() if value}
        if values:
            expression = "SET " + ", ".join(f"{name[1:]} = {name}" for name in values)
            changes.append(self._table.update(key(contact_key, CONTACT), expression, values))
        return changes


def spent_on(at: datetime) -> str:
    """The sort key of what a contact spends on a day."""
    return f"spent#{epoch_day(at)}"


def contact_of(contact_key: str, contact: Item, spent: Item, now: datetime) -> Contact:
    """A contact by its items, `spent` being the one of today; each is empty where there is none."""
    hour = epoch_hour(now)

    def number(item: Item, name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    return Contact(
        contact_key,
        consent=contact["consent"]["S"] if "consent" in contact else None,
        hour=hour,
        day=epoch_day(now),
        turns_this_hour=number(spent, f"hour{hour}"),
        turns_today=number(spent, "turns"),
        tokens_today=number(spent, "tokens"),
        notified_hour=number(contact, "notified_hour"),
    )
