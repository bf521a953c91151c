"""People at our addresses, in SQLite: consent and what they have spent."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from orchestrator.errors import SupersededError
from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import Contact, ContactChange, Quota, Record, Spent
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite import spending
from orchestrator.stores.sqlite.forgetting import CONTACTS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import SqliteJournal

SCHEMA = """
CREATE TABLE IF NOT EXISTS contacts (
    key TEXT PRIMARY KEY, consent TEXT, hour INTEGER NOT NULL DEFAULT 0, day INTEGER NOT NULL DEFAULT 0,
    turns_this_hour INTEGER NOT NULL DEFAULT 0, turns_today INTEGER NOT NULL DEFAULT 0,
    tokens_today INTEGER NOT NULL DEFAULT 0, notified_hour INTEGER NOT NULL DEFAULT 0,
    threads_this_hour INTEGER NOT NULL DEFAULT 0, asked_stop INTEGER NOT NULL DEFAULT 0,
    asked_start INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
SCHEMA += spending.SCHEMA
THEIRS = {"contacts": f"key IN {CONTACTS}", **spending.THEIRS}

_CHANGE = """
INSERT INTO contacts (key, consent, hour, day, turns_this_hour, turns_today, tokens_today, notified_hour,
    threads_this_hour, asked_stop, asked_start)
VALUES (:key, :consent, :hour, :day, :turns, :turns, :tokens, :notified, :threads, :asked_stop, :asked_start)
ON CONFLICT (key) DO UPDATE SET
    consent = COALESCE(excluded.consent, consent),
    turns_this_hour = excluded.turns_this_hour + IIF(hour = excluded.hour, turns_this_hour, 0),
    turns_today = excluded.turns_today + IIF(day = excluded.day, turns_today, 0),
    tokens_today = excluded.tokens_today + IIF(day = excluded.day, tokens_today, 0),
    notified_hour = MAX(excluded.notified_hour, notified_hour),
    threads_this_hour = excluded.threads_this_hour + IIF(hour = excluded.hour, threads_this_hour, 0),
    asked_stop = IIF(:settled, 0, MAX(excluded.asked_stop, asked_stop)),
    asked_start = IIF(:settled, 0, MAX(excluded.asked_start, asked_start)),
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
    """Change a person's row within the transaction of `connection`, and make it where there is none.

    Raises `SupersededError` where what the change asks is asked already.
    """
    if change.asks and _asked(contact_of(connection, key), change.asks) > epoch_hour(change.at):
        raise SupersededError(f"{key} has been asked about {change.asks} already")
    values = {
        "key": key,
        "consent": change.consent,
        "hour": epoch_hour(change.at),
        "day": epoch_day(change.at),
        "turns": change.turns,
        "tokens": change.tokens,
        "notified": epoch_hour(change.at) if change.notified else 0,
        "threads": change.threads,
        "asked_stop": change.asked_until if change.asks == "stop" else 0,
        "asked_start": change.asked_until if change.asks == "start" else 0,
        "settled": change.settled,
    }
    connection.execute(_CHANGE, values)
    spending.spend(connection, change)


def take_quota(connection: sqlite3.Connection, quota: Quota) -> None:
    """Take turns out of a key's hour, or give them back. Raises `SupersededError` where they are spent."""
    hour, kept = epoch_hour(quota.at), contact_of(connection, quota.key)
    had = kept.turns_this_hour if kept.hour == hour else 0
    if quota.turns > 0:
        if had + quota.turns > quota.most:
            raise SupersededError(f"{quota.key} has had its {quota.most} turns of the hour")
        change_contact(connection, quota.key, ContactChange(at=quota.at, turns=quota.turns))
    elif had:  # of an hour that is over nothing is kept
        connection.execute(
            "UPDATE contacts SET turns_this_hour = turns_this_hour + :turns, turns_today = turns_today + :turns "
            "WHERE key = :key",
            {"turns": quota.turns, "key": quota.key},
        )


def _asked(contact: Contact, word: str) -> int:
    return contact.asked_stop if word == "stop" else contact.asked_start


def contact_of(connection: sqlite3.Connection, key: str) -> Contact:
    """One who was never heard of has neither consent nor spent anything."""
    row = connection.execute("SELECT * FROM contacts WHERE key = ?", (key,)).fetchone()
    return Contact(*row) if row else Contact(key)
