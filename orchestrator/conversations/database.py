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
    """A connection for each thread, made when the thread first asks; schemas are created when the first one opens.

    What is opened here is closed here: a thread's connection when the thread has ended, all of them by `close`.
    """

    def __init__(self, path: Path, *schemas: str) -> None:
        self._path = path
        self._opened: dict[threading.Thread, sqlite3.Connection] = {}
        self._opening = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            for schema in schemas:
                self.connection().executescript(schema)
        except BaseException:
            self.close()
            raise

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode. Not the caller's to close."""
        thread = threading.current_thread()
        connection = self._opened.get(thread)
        if connection is None:
            connection = self._connect(of_one_thread=False)  # whoever closes it may be another one
            with self._opening:
                self._close_of_ended_threads()
                self._opened[thread] = connection
        return connection

    def connect(self) -> sqlite3.Connection:
        """A new connection, the caller's to close."""
        return self._connect(of_one_thread=True)

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
        """Close every thread's connection. No thread may be using its own meanwhile."""
        with self._opening:
            while self._opened:
                self._opened.popitem()[1].close()

    def _connect(self, *, of_one_thread: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=of_one_thread)
        try:
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        except BaseException:
            connection.close()
            raise
        return connection

    def _close_of_ended_threads(self) -> None:
        """A server's threads come and go; their connections must not add up."""
        for thread in [thread for thread in self._opened if not thread.is_alive()]:
            self._opened.pop(thread).close()
