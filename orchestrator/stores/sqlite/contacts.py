"""People at our addresses, in SQLite: consent and what they have spent."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import Contact, ContactChange, Record, Spent
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite import spending
from orchestrator.stores.sqlite.forgetting import CONTACTS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import SqliteJournal

SCHEMA = """
CREATE TABLE IF NOT EXISTS contacts (
    key TEXT PRIMARY KEY, consent TEXT, hour INTEGER NOT NULL DEFAULT 0, day INTEGER NOT NULL DEFAULT 0,
    turns_this_hour INTEGER NOT NULL DEFAULT 0, turns_today INTEGER NOT NULL DEFAULT 0,
    tokens_today INTEGER NOT NULL DEFAULT 0, notified_hour INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
SCHEMA += spending.SCHEMA
THEIRS = {"contacts": f"key IN {CONTACTS}", **spending.THEIRS}

_CHANGE = """
INSERT INTO contacts (key, consent, hour, day, turns_this_hour, turns_today, tokens_today, notified_hour)
VALUES (:key, :consent, :hour, :day, :turns, :turns, :tokens, :notified)
ON CONFLICT (key) DO UPDATE SET
    consent = COALESCE(excluded.consent, consent),
    turns_this_hour = excluded.turns_this_hour + IIF(hour = excluded.hour, turns_this_hour, 0),
    turns_today = excluded.turns_today + IIF(day = excluded.day, turns_today, 0),
    tokens_today = excluded.tokens_today + IIF(day = excluded.day, tokens_today, 0),
    notified_hour = MAX(excluded.notified_hour, notified_hour),
    hour = excluded.hour,
    day = excluded.day
"""


class SqliteContacts:
    """Fills `Contacts`, by a row for each person at an address of ours."""

    tables = tuple(THEIRS)

    def __init__(self, journal: SqliteJournal) -> None:
        self._journal = journal

    def load(self, contact_key: str) -> Contact:
        return contact_of(self._journal.database.connection(), contact_key)

    def change(self, contact_key: str, change: ContactChange, records: Sequence[Record]) -> None:
        with self._journal.database.transaction() as connection:
            change_contact(connection, contact_key, change)
            self._journal.append(connection, records)

    def spent_by_all(self, now: datetime) -> Spent:
        return spending.spent_by_all(self._journal.database.connection(), now)

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """Nothing: a contact has a key, and no address."""

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)


def change_contact(connection: sqlite3.Connection, key: str, change: ContactChange) -> None:
    """Change a person's row within the transaction of `connection`, and make it where there is none."""
    values = {
        "key": key,
        "consent": change.consent,
        "hour": epoch_hour(change.at),
        "day": epoch_day(change.at),
        "turns": change.turns,
        "tokens": change.tokens,
        "notified": epoch_hour(change.at) if change.notified else 0,
    }
    connection.execute(_CHANGE, values)
    spending.spend(connection, change)


def contact_of(connection: sqlite3.Connection, key: str) -> Contact:
    """One who was never heard of has neither consent nor spent anything."""
    row = connection.execute("SELECT * FROM contacts WHERE key = ?", (key,)).fetchone()
    return Contact(*row) if row else Contact(key)
