"""Records that wait for the lake. What is in the journal will be in the lake; what is deleted from it is.

Whoever has something for the lake appends it, in a transaction of its own if it likes. The lake's
writer gives records to a batch, writes the batch's files as often as it likes, and at last deletes its records.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    arrived_at REAL NOT NULL,  -- epoch seconds
    body       BLOB NOT NULL,  -- one record, as a stream would deliver it
    batch      TEXT            -- NULL until the lake's writer has taken it
);
CREATE INDEX IF NOT EXISTS journal_by_batch ON journal (batch, sequence);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One record and when it arrived, aware UTC."""

    arrived_at: datetime
    body: bytes


def append(connection: sqlite3.Connection, records: Iterable[tuple[datetime, bytes]]) -> None:
    """Put records into the journal, each with its arrival (aware), within whatever transaction `connection` is in."""
    rows = ((arrived_at.timestamp(), body) for arrived_at, body in records)
    connection.executemany("INSERT INTO journal (arrived_at, body) VALUES (?, ?)", rows)


class Journal(Protocol):
    """What the lake's writer needs. Everything is durable on return."""

    def batches(self) -> list[str]:
        """Every batch that has records, oldest first."""
        ...

    def assign(self, batch: str, max_records: int, max_bytes: int) -> list[Record]:
        """Give the oldest records without a batch to this one, and return them.

        At most `max_records`; no further one once they hold `max_bytes`. Empty when none wait.
        """
        ...

    def read(self, batch: str) -> list[Record]:
        """All records of a batch, in order."""
        ...

    def delete(self, batch: str) -> None:
        """Forget a batch's records: the lake has them."""
        ...


class Forgetful(Protocol):
    """A person to forget, as far as the journal is concerned."""

    def forgotten_bytes(self, content: bytes) -> bytes:
        """Content without the person's address."""
        ...


class Forgotten(NamedTuple):
    """How many records were taken out of a table, and how many rewritten."""

    table: str
    removed: int
    rewritten: int


class SqliteJournal:
    """The journal in a SQLite database, which others write to at the same time.

    `connect` gives a new connection each time, in any thread, with whatever time-out and durability its owner wants.
    """

    tables = ("journal",)

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        with closing(connect()) as connection:
            connection.executescript(SCHEMA)

    def batches(self) -> list[str]:
        query = "SELECT batch FROM journal WHERE batch IS NOT NULL GROUP BY batch ORDER BY min(sequence)"
        with closing(self._connect()) as connection:
            return [batch for (batch,) in connection.execute(query)]

    def assign(self, batch: str, max_records: int, max_bytes: int) -> list[Record]:
        waiting = "SELECT sequence, arrived_at, body FROM journal WHERE batch IS NULL ORDER BY sequence LIMIT ?"
        records, last, size = [], 0, 0
        with closing(self._connect()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            for sequence, arrived_at, body in connection.execute(waiting, (max_records,)):
                records.append(_record(arrived_at, body))
                last, size = sequence, size + len(body)
                if size >= max_bytes:
                    break
            connection.execute("UPDATE journal SET batch = ? WHERE batch IS NULL AND sequence <= ?", (batch, last))
        return records

    def read(self, batch: str) -> list[Record]:
        query = "SELECT arrived_at, body FROM journal WHERE batch = ? ORDER BY sequence"
        with closing(self._connect()) as connection:
            return [_record(arrived_at, body) for arrived_at, body in connection.execute(query, (batch,))]

    def delete(self, batch: str) -> None:
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM journal WHERE batch = ?", (batch,))

    def learn(self, connection: sqlite3.Connection, person: Forgetful) -> None:
        """Nothing: who forgets a person brings the journal into the lake first, whose rows tell it."""

    def forget(self, connection: sqlite3.Connection, person: Forgetful) -> list[Forgotten]:
        """Take the address out of what still waits. Within the caller's transaction."""
        rewritten = 0
        for sequence, body in connection.execute("SELECT sequence, CAST(body AS BLOB) FROM journal").fetchall():
            if (clean := person.forgotten_bytes(body)) != body:
                change = "UPDATE journal SET body = ? WHERE sequence = ?"
                rewritten += connection.execute(change, (clean, sequence)).rowcount
        return [Forgotten("journal", 0, rewritten)]


def _record(arrived_at: float, body: bytes | str) -> Record:
    """SQLite keeps what it was given, whatever the column says: text is taken as UTF-8."""
    return Record(datetime.fromtimestamp(arrived_at, UTC), body.encode() if isinstance(body, str) else body)
