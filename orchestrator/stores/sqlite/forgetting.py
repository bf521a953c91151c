"""Forgetting a person in SQLite: each subject says, beside its schema, what is a person's in its tables.

What goes is found by the ids that every subject has told before. What stays is somebody else's: the person's address is
taken out of it, in whatever column.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

import msgspec

from orchestrator.stores.ports import Person

# Conditions of subjects are made of these: the ids that have been learned.
KEYS = "(SELECT value FROM json_each(:keys))"
CONTACTS = "(SELECT value FROM json_each(:contacts))"
TURNS = "(SELECT value FROM json_each(:turns))"
SENDS = "(SELECT value FROM json_each(:sends))"
MESSAGES = "(SELECT value FROM json_each(:messages))"


class Forgotten(NamedTuple):
    """How many rows of a table were a person's, and how many of others named the person."""

    table: str
    removed: int
    rewritten: int


class Keeper(Protocol):
    """A subject with tables of its own in the file."""

    @property
    def tables(self) -> Iterable[str]:
        """The names of its tables."""
        ...

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """Tell the person every id that leads to them, and to nobody else."""
        ...

    def forget(self, connection: sqlite3.Connection, person: Person) -> Iterable[tuple[str, int, int]]:
        """Delete what is the person's, take the address out of the rest; within a transaction.

        A `Forgotten` for each table.
        """
        ...


def forget_in(connection: sqlite3.Connection, person: Person, theirs: Mapping[str, str]) -> list[Forgotten]:
    """What `Keeper.forget` does, by the condition that tells which rows of a table are the person's."""
    ids = person.ids
    lists = {
        "keys": ids.keys,
        "contacts": ids.contacts,
        "turns": ids.turns,
        "sends": ids.sends,
        "messages": ids.messages,
    }
    learned = {name: msgspec.json.encode(sorted(each)).decode() for name, each in lists.items()}
    return [
        Forgotten(table, _delete(connection, table, condition, learned), _rewrite(connection, table, person))
        for table, condition in theirs.items()
    ]


def _delete(connection: sqlite3.Connection, table: str, condition: str, learned: Mapping[str, str]) -> int:
    return connection.execute(f"DELETE FROM {table} WHERE {condition}", learned).rowcount  # noqa: S608 - constants


def _rewrite(connection: sqlite3.Connection, table: str, person: Person) -> int:
    """Somebody else's words that name the person, in any column."""
    rewritten = 0
    for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
        for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():  # noqa: S608
            clean = _without(person, value)
            if clean != value:
                change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - names of the schema
                rewritten += connection.execute(change, (clean, value)).rowcount
    return rewritten


def _without(person: Person, value: object) -> object:
    if isinstance(value, str):
        return person.forgotten(value)
    return person.forgotten_bytes(value) if isinstance(value, bytes) else value
