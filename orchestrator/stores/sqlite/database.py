"""One SQLite file, used from many threads and processes.

Write-ahead log: what was committed survives `kill -9` of the process (`synchronous=NORMAL`; only a power cut can take
the last transactions, never corrupt the file). Source: https://www.sqlite.org/pragma.html#pragma_synchronous.

The file's form is its `user_version`, numbered as NewerDataError says; an older file is brought to the newest form when
it is opened. Source: https://www.sqlite.org/pragma.html#pragma_user_version
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import NewerDataError

BUSY_S = 30  # how long a writer waits for another process

# Form: the statements that make it of the one before, in order. What `CREATE … IF NOT EXISTS` of a schema brings to an
# older file by itself needs no step.
Steps = Mapping[int, Sequence[str]]
STEPS: Steps = {
    20001: ["ALTER TABLE wakeups ADD COLUMN kind TEXT NOT NULL DEFAULT 'turn'"],
    20002: [
        f"ALTER TABLE contacts ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0"
        for name in ("threads_this_hour", "asked_stop", "asked_start")
    ],
}


class Database:
    """A connection for each thread. The first brings an older file up to date, and creates what the schemas say.

    What is opened here is closed here: a thread's connection when the thread has ended, all of them by `close`.
    Raises `NewerDataError` where a newer program has written the file.
    """

    def __init__(self, path: Path, *schemas: str, steps: Steps = STEPS) -> None:
        self._path = path
        self._opened: dict[threading.Thread, sqlite3.Connection] = {}
        self._opening = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._bring_up_to_date(steps)
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

    def _bring_up_to_date(self, steps: Steps) -> None:
        """All steps or none, by one of the processes that open the file at once. A new file has the newest form."""
        newest = max(steps, default=0)
        connection = self.connection()
        if _form(connection) == newest:
            return
        with self.transaction():
            form = _form(connection)
            if form > newest:
                raise NewerDataError(str(self._path), form, newest)
            is_new = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            for step in sorted(step for step in steps if step > form and not is_new):
                for statement in steps[step]:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {newest}")

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


def _form(connection: sqlite3.Connection) -> int:
    form: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return form
