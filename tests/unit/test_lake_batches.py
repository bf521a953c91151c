"""When a batch of the embedded lake ends, and what becomes of one that failed."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.lake_rows import HOUR, row, stored
from transformer.lake.batch_files import LakeRow
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter, Limits
from transformer.results import Row


class Transform:
    """A record is the id of its row. Fails as often as it is told to."""

    failures = 0

    def __call__(self, body: bytes, _: datetime) -> Iterable[LakeRow]:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        return [Row("events", row("events", event_id=body.decode()))]


@pytest.fixture
def connect(tmp_path: Path) -> partial[sqlite3.Connection]:
    return partial(sqlite3.connect, tmp_path / "hub.db")


@pytest.fixture
def journal(connect: partial[sqlite3.Connection]) -> SqliteJournal:
    return SqliteJournal(connect)


def insert(connect: partial[sqlite3.Connection], *bodies: bytes) -> None:
    with closing(connect()) as connection, connection:
        connection.executemany(
            "INSERT INTO journal (arrived_at, body) VALUES (?, ?)", [(HOUR.timestamp(), body) for body in bodies]
        )


def test_a_batch_is_full_by_the_records_of_all_its_flushes(
    tmp_path: Path, journal: SqliteJournal, connect: partial[sqlite3.Connection]
) -> None:
    writer = LakeWriter(tmp_path / "lake", journal, Transform(), lambda: HOUR, Limits(records=4))
    insert(connect, b"a", b"b")
    writer.flush()
    assert len(journal.batches()) == 1, "it is open"
    insert(connect, b"c", b"d")
    writer.flush()
    assert journal.batches() == [], "it is sealed"
    writer.close()


def test_after_an_error_the_next_flush_writes_what_the_failed_one_had_taken(
    tmp_path: Path, journal: SqliteJournal, connect: partial[sqlite3.Connection]
) -> None:
    transform = Transform()
    writer = LakeWriter(tmp_path / "lake", journal, transform, lambda: HOUR)
    transform.failures = 1
    insert(connect, b"a", b"b")
    with pytest.raises(OSError, match="the disk is full"):
        writer.flush()
    insert(connect, b"c")
    writer.flush()
    assert stored(tmp_path / "lake", "events") == ["a", "b", "c"]
    writer.close()
