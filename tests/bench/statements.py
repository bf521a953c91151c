"""What SQLite alone needs for a round of work: its statements, with their bytes, run again by nothing but sqlite3.

They run on a copy of the file from before the round: what nothing that keeps so much can do without.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from orchestrator.stores.sqlite.database import Database


class Recorded(sqlite3.Connection):
    """Remembers what it runs while `statements` is a list."""

    statements: list[tuple[str, str, Any]] | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return self._run("execute", sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        return self._run("executemany", sql, [*parameters])

    def _run(self, method: str, sql: str, parameters: Any) -> sqlite3.Cursor:
        if Recorded.statements is not None:
            Recorded.statements.append((method, sql, parameters))
        run: Callable[..., sqlite3.Cursor] = getattr(super(), method)
        return run(sql, parameters)


@contextmanager
def recording() -> Iterator[None]:
    """Whatever is opened meanwhile can tell what it runs."""
    connect = sqlite3.connect
    with patch.object(sqlite3, "connect", lambda *args, **options: connect(*args, factory=Recorded, **options)):
        yield


def bare(database: Database, copy: Path, work: Callable[[], object]) -> float:
    """Seconds of CPU that the statements of `work` take by themselves. The work itself is done, and recorded."""
    with closing(sqlite3.connect(copy)) as target:
        database.connection().backup(target)
    Recorded.statements = []
    work()
    statements, Recorded.statements = Recorded.statements, None
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        started = time.process_time()
        for method, sql, parameters in statements:
            getattr(connection, method)(sql, parameters).fetchall()
        return time.process_time() - started
