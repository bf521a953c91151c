"""What the lake still lacks, in SQLite: written with the step that it tells of, drained by the lake's writer.

The table itself is the lake's (transformer/lake/journal.py), whose writer takes both streams from it: so `append` comes
from outside.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from orchestrator.model import Record
from orchestrator.stores.sqlite.database import Database

# Within the step's transaction, hands its records to whatever will bring them to the lake.
Append: TypeAlias = Callable[[sqlite3.Connection, datetime, Sequence[bytes]], None]


class SqliteJournal:
    """Fills `Journal`, and takes the records of a step within the step's transaction."""

    def __init__(self, database: Database, append: Append, clock: Callable[[], datetime]) -> None:
        self.database = database
        self._append = append
        self._clock = clock

    def record(self, records: Sequence[Record]) -> None:
        with self.database.transaction() as connection:
            self.append(connection, records)

    def append(self, connection: sqlite3.Connection, records: Sequence[Record]) -> None:
        """Add records within the transaction of `connection`, as arrived now."""
        self._append(connection, self._clock(), [record.body for record in records])
