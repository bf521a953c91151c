"""People at our addresses, in DynamoDB: consent in one item, what they have spent in one a day."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import Contact, ContactChange, Quota, Record, Spent
from orchestrator.stores.dynamodb import spending
from orchestrator.stores.dynamodb.forgetting import Kind, in_their_partition
from orchestrator.stores.dynamodb.items import Item, expiring, key
from orchestrator.stores.dynamodb.journal import DynamoJournal
from orchestrator.stores.dynamodb.table import Table, Write

SPENT_KEPT_FOR = timedelta(days=2)
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
            expression = "ADD turns :turns, tokens :tokens, #hour :turns, #threads :threads SET expires_at = :expires"
            values = {
                ":turns": {"N": str(change.turns)},
                ":tokens": {"N": str(change.tokens)},
                ":threads": {"N": str(change.threads)},
                ":expires": expiring(change.at, SPENT_KEPT_FOR)["expires_at"],
            }
            spent = key(contact_key, spent_on(change.at))
            names = {"#hour": f"hour{hour}", "#threads": f"threads{hour}"}
            changes.append(self._table.update(spent, expression, values, names))
        none_open: Item = {"asked_stop": {"N": "0"}, "asked_start": {"N": "0"}} if change.settled else {}
        told = {
            **none_open,
            "consent": change.consent and {"S": change.consent},
            "notified_hour": change.notified and {"N": str(hour)},
            **({f"asked_{change.asks}": {"N": str(change.asked_until)}} if change.asks else {}),
        }
        values = {f":{name}": value for name, value in told.items() if value}
        if values:
            expression = "SET " + ", ".join(f"{name[1:]} = {name}" for name in values)
            condition = ""
            if change.asks:
                asked = f"asked_{change.asks}"
                condition, values = (
                    f"attribute_not_exists({asked}) OR {asked} <= :now",
                    {**values, ":now": _number(hour)},
                )
            changes.append(self._table.update(key(contact_key, CONTACT), expression, values, condition=condition))
        return changes

    def taking(self, quota: Quota) -> Write:
        """What takes turns out of a key's hour, where they are not spent, or gives them back."""
        names = {"#hour": f"hour{epoch_hour(quota.at)}"}
        values = {
            ":turns": _number(quota.turns),
            ":expires": expiring(quota.at, SPENT_KEPT_FOR)["expires_at"],
        }
        condition = ""
        if quota.turns > 0:
            condition = "attribute_not_exists(#hour) OR #hour <= :room"
            values[":room"] = _number(quota.most - quota.turns)
        expression = "ADD turns :turns, #hour :turns SET expires_at = :expires"
        return self._table.update(key(quota.key, spent_on(quota.at)), expression, values, names, condition)


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


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
        threads_this_hour=number(spent, f"threads{hour}"),
        asked_stop=number(contact, "asked_stop"),
        asked_start=number(contact, "asked_start"),
    )
