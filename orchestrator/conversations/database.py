"""One SQLite file, used from many threads and processes.

Write-ahead log: what was committed survives `kill -9` of the process (`synchronous=NORMAL`; only a power cut can take
the last transactions, never corrupt the file). Source: https://www.sqlite.org/pragma.html#pragma_synchronous.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_S = 30  # how long a writer waits for another process


class Database:
    """A connection for each thread; schemas are created when the first one opens."""

    def __init__(self, path: Path, *schemas: str) -> None:
        self._path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = self.connection()
        for schema in schemas:
            connection.executescript(schema)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self.connect()
        return connection

    def connect(self) -> sqlite3.Connection:
        """A new connection, the caller's to close."""
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; the write lock is taken at once, so that reading and then writing cannot deadlock."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None
