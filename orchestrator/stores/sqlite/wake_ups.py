"""The embedded queue: what SQS FIFO does for the Lambdas, in SQLite.

Within a conversation first in, first out and one at a time: while its oldest wake-up is leased, or hidden until a
retry, the conversation's others wait. Conversations run side by side. Wake-ups of sends have no order, as in the
standard queue that they have on AWS: one that waits for hours holds up none that is due. A wake-up received more often
than allowed is kept as dead.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from orchestrator.model import WakeUp
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import KEYS, SENDS, Forgotten, forget_in

SCHEMA = """
CREATE TABLE IF NOT EXISTS wakeups (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, deduplication_id TEXT NOT NULL UNIQUE,
    visible_at REAL NOT NULL, receives INTEGER NOT NULL DEFAULT 0, dead INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT 'turn'
);
CREATE INDEX IF NOT EXISTS wakeups_of ON wakeups (key, id) WHERE dead = 0;
"""
THEIRS = {"wakeups": f"key IN {KEYS} OR key IN {SENDS}"}

NEXT = """
UPDATE wakeups SET receives = receives + 1, visible_at = :hidden_until
WHERE id = (
    SELECT id FROM wakeups AS candidate
    WHERE dead = 0 AND visible_at <= :now AND (:key IS NULL OR key = :key) AND NOT EXISTS (
        SELECT 1 FROM wakeups AS earlier
        WHERE earlier.dead = 0 AND earlier.id < candidate.id AND earlier.kind = 'turn'
            AND earlier.kind = candidate.kind AND earlier.key = candidate.key
    )
    ORDER BY id LIMIT 1
)
RETURNING id, kind, key, receives
"""


class Leased(NamedTuple):
    """A wake-up that a worker has taken; `receives` counts this time."""

    id: int
    kind: str
    key: str
    receives: int


class SqliteWakeUps:
    """Fills `WakeUps`; workers lease from it."""

    tables = tuple(THEIRS)

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, visibility_s: float, on_wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._visibility_s = visibility_s
        self._on_wake = on_wake
        database.connection().executescript(SCHEMA)

    def wake(self, wake_up: WakeUp) -> None:
        with self._database.transaction() as connection:
            self.add(connection, wake_up)
        self._on_wake()

    def add(self, connection: sqlite3.Connection, wake_up: WakeUp) -> None:
        """Keep a wake-up within the transaction of `connection`; a worker sees it at its next look."""
        visible_at = (wake_up.at or self._clock()).timestamp()
        connection.execute(
            "INSERT INTO wakeups (kind, key, deduplication_id, visible_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (wake_up.kind, wake_up.key, wake_up.deduplication_id, visible_at),
        )

    def lease(self, key: str | None = None) -> Leased | None:
        """The next wake-up, of one conversation where `key` is given; None when nothing is visible."""
        now = self._clock().timestamp()
        with self._database.transaction() as connection:
            row = connection.execute(
                NEXT, {"now": now, "hidden_until": now + self._visibility_s, "key": key}
            ).fetchone()
        return Leased(*row) if row else None

    def done(self, wake_up: Leased) -> None:
        """Delete a wake-up whose work is done."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM wakeups WHERE id = ?", (wake_up.id,))

    def retry_in(self, wake_up: Leased, delay_s: float, *, uncounted: bool = False) -> None:
        """Show it again after `delay_s` seconds; `uncounted` takes back the receive."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE wakeups SET visible_at = ?, receives = receives - ? WHERE id = ?",
                (self._clock().timestamp() + delay_s, int(uncounted), wake_up.id),
            )

    def bury(self, wake_up: Leased) -> None:
        """Keep it as dead: it is not leased again, and `dead()` counts it."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE wakeups SET dead = 1 WHERE id = ?", (wake_up.id,))

    def waiting(self) -> int:
        """How many are alive, leased or not."""
        return self._count("dead = 0")

    def dead(self) -> int:
        """How many wake-ups were buried: their last receive failed."""
        return self._count("dead = 1")

    def forget_leases(self) -> None:
        """After a restart, when no worker of before is alive: everything is visible again."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE wakeups SET visible_at = MIN(visible_at, ?)", (self._clock().timestamp(),))

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """Nothing: a wake-up has its conversation's key, and no address."""

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)

    def _count(self, condition: str) -> int:
        found = self._database.connection().execute(f"SELECT COUNT(*) FROM wakeups WHERE {condition}")  # noqa: S608
        count: int = found.fetchone()[0]
        return count
