"""Messages that are held back for their verdicts, in SQLite."""

import sqlite3

import msgspec

from orchestrator.model import Held
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import MESSAGES, Forgotten, forget_in

SCHEMA = """
CREATE TABLE IF NOT EXISTS held (
    channel TEXT, message_id TEXT, held_at REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY (channel, message_id)
) WITHOUT ROWID;
"""
THEIRS = {"held": f"message_id IN {MESSAGES}"}

_held = msgspec.json.Decoder(Held)


class SqliteQuarantine:
    """Fills `Quarantine`, by a row for each message."""

    tables = tuple(THEIRS)

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, held: Held) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO held VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (held.channel, held.message_id, held.held_at.timestamp(), msgspec.json.encode(held)),
            )

    def held(self) -> list[Held]:
        found = self._database.connection().execute("SELECT body FROM held ORDER BY held_at, message_id")
        return [_held.decode(body) for (body,) in found]

    def let_go(self, held: Held) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM held WHERE channel = ? AND message_id = ?", (held.channel, held.message_id))

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        for (body,) in connection.execute("SELECT body FROM held"):
            held = _held.decode(body)
            if person.has(held.their_address) or person.named_in(held.original):
                person.learn(messages=[held.message_id])

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)
