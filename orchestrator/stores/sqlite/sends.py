"""Sends in SQLite: each one value, with the facts about it beside."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from orchestrator.errors import SupersededError
from orchestrator.model import Record
from orchestrator.sends import Send, Told, with_facts
from orchestrator.stores.ports import Idempotency, Person, another_request, place
from orchestrator.stores.sqlite.forgetting import SENDS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import SqliteJournal

SCHEMA = """
CREATE TABLE IF NOT EXISTS sends (
    send_id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at REAL NOT NULL, due_at REAL,
    canceled INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_sends ON sends (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS send_names (
    name TEXT, place TEXT, send_id TEXT NOT NULL, PRIMARY KEY (name, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS send_keys (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, send_id TEXT NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (
    send_id TEXT, step INTEGER, message_id TEXT, rank INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (send_id, step, message_id)
) WITHOUT ROWID;
"""
THEIRS = dict.fromkeys(("sends", "send_names", "send_keys", "told"), f"send_id IN {SENDS}")

_TELL = """
INSERT INTO told VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET rank = excluded.rank, body = excluded.body WHERE rank <= excluded.rank
"""
_send = msgspec.json.Decoder(Send)
_told = msgspec.json.Decoder(Told)
_encode = msgspec.json.Encoder().encode


class SqliteSends:
    """Fills `Sends`."""

    tables = tuple(THEIRS)

    def __init__(self, journal: SqliteJournal, clock: Callable[[], datetime]) -> None:
        self._database = journal.database
        self._journal = journal
        self._clock = clock

    def accept(
        self, send: Send, names: Sequence[str], idempotency: Idempotency | None, records: Sequence[Record]
    ) -> str | None:
        created_at = send.created_at.timestamp()
        with self._database.transaction() as connection:
            if idempotency and (before := self._accepted_before(connection, idempotency)):
                return before
            connection.execute(
                "INSERT INTO sends (send_id, version, created_at, due_at, body) VALUES (?, ?, ?, ?, ?)",
                (send.send_id, send.version, created_at, created_at, _encode(send)),
            )
            connection.executemany(
                "INSERT INTO send_names VALUES (?, ?, ?)", [(name, place(send), send.send_id) for name in names]
            )
            if idempotency:
                connection.execute(
                    "INSERT OR REPLACE INTO send_keys VALUES (?, ?, ?, ?)",
                    (idempotency.key, idempotency.digest, send.send_id, idempotency.until.timestamp()),
                )
            self._journal.append(connection, records)
        return None

    def load(self, send_id: str) -> Send | None:
        found = self._found("SELECT send_id, canceled, body FROM sends WHERE send_id = ?", send_id)
        return found[0] if found else None

    def save(self, send: Send, *, records: Sequence[Record] = (), due_at: datetime | None = None) -> Send:
        written = msgspec.structs.replace(send, version=send.version + 1)
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE sends SET version = ?, due_at = ?, body = ? WHERE send_id = ? AND version = ?",
                (written.version, due_at and due_at.timestamp(), _encode(written), send.send_id, send.version),
            ).rowcount
            if not changed:
                raise SupersededError(f"send {send.send_id} has moved on from version {send.version}")
            self._journal.append(connection, records)
        return written

    def tell(self, send_id: str, told: Told) -> bool:
        with self._database.transaction() as connection:
            values = (send_id, told.step, told.message_id, told.rank, _encode(told))
            return connection.execute(_TELL, values).rowcount > 0

    def cancel(self, send_id: str) -> bool:
        with self._database.transaction() as connection:
            return connection.execute("UPDATE sends SET canceled = 1 WHERE send_id = ?", (send_id,)).rowcount > 0

    def due(self, now: datetime, limit: int) -> list[str]:
        found = self._database.connection().execute(
            "SELECT send_id FROM sends WHERE due_at <= ? ORDER BY due_at LIMIT ?", (now.timestamp(), limit)
        )
        return [send_id for (send_id,) in found]

    def named(self, name: str, *, limit: int, before: str = "") -> list[Send]:
        return self._found(
            "SELECT send_id, canceled, body FROM send_names JOIN sends USING (send_id) "
            "WHERE name = ? AND (? = '' OR place < ?) ORDER BY place DESC LIMIT ?",
            name,
            before,
            before,
            limit,
        )

    def known(self, key: str) -> str | None:
        found = self._database.connection().execute(
            "SELECT send_id FROM send_keys WHERE key = ? AND expires_at > ?", (key, self._clock().timestamp())
        )
        row = found.fetchone()
        return row[0] if row else None

    def forget_claims(self) -> int:
        """After a restart: no worker of before is alive, so that every send may be taken up at once.

        Only a process that knows itself to be alone may call this. Returns how many sends it freed.
        """
        freed = 0
        for send_id in self.due(datetime.max.replace(tzinfo=UTC), 1_000_000):
            send = self.load(send_id)
            if send and send.claimed_until:
                self.save(msgspec.structs.replace(send, claimed_until=None), due_at=self._clock())
                freed += 1
        return freed

    def counts(self) -> dict[str, int]:
        """How many there are, and how many of them are not over."""
        connection = self._database.connection()
        (sends,) = connection.execute("SELECT COUNT(*) FROM sends").fetchone()
        (unfinished,) = connection.execute("SELECT COUNT(*) FROM sends WHERE due_at IS NOT NULL").fetchone()
        return {"sends": sends, "unfinished_sends": unfinished}

    def _accepted_before(self, connection: sqlite3.Connection, idempotency: Idempotency) -> str | None:
        row = connection.execute(
            "SELECT digest, send_id FROM send_keys WHERE key = ? AND expires_at > ?",
            (idempotency.key, self._clock().timestamp()),
        ).fetchone()
        if row is None:
            return None
        digest, send_id = row
        if digest != idempotency.digest:
            raise another_request()
        return str(send_id)

    def _found(self, query: str, *values: object) -> list[Send]:
        connection = self._database.connection()
        return [
            with_facts(_send.decode(body), canceled=bool(canceled), told=self._told(connection, send_id))
            for send_id, canceled, body in connection.execute(query, values)
        ]

    def _told(self, connection: sqlite3.Connection, send_id: str) -> Iterable[Told]:
        found = connection.execute("SELECT body FROM told WHERE send_id = ? ORDER BY step, message_id", (send_id,))
        return [_told.decode(body) for (body,) in found]

    # ── forgetting a person ────────────────────────────────────────────────────────────────────────────────────────

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """A send is the person's who gets it: with every address it names, for they are one person's."""
        for (body,) in connection.execute("SELECT body FROM sends"):
            send = _send.decode(body)
            if any(person.has(step.to.address) for step in send.steps):
                person.learn(
                    send=send.send_id,
                    messages=[part.message_id for step in send.steps for part in step.parts if part.message_id],
                )

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)
