"""From journal to Parquet: what is visible when, in which file, and how large files get."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.lake_rows import HOUR, files, row, stored
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter, Limits
from transformer.results import Rejected, Row

Insert = Callable[..., None]


def transform(body: bytes, arrived_at: datetime) -> list[Row | Rejected]:
    """A record is the ids of its rows; what begins with ! is rejected."""
    results: list[Row | Rejected] = []
    for word in body.decode().split():
        if word.startswith("!"):
            results.append(Rejected("render", "no", word.encode(), int(arrived_at.timestamp() * 1000)))
        else:
            results.append(Row("events", row("events", event_id=word)))
    return results


class Clock:
    def __init__(self) -> None:
        self.time = HOUR

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], sqlite3.Connection]:
    return partial(sqlite3.connect, tmp_path / "hub.db")


@pytest.fixture
def journal(connect: Callable[[], sqlite3.Connection]) -> SqliteJournal:
    return SqliteJournal(connect)


@pytest.fixture
def insert(connect: Callable[[], sqlite3.Connection], journal: SqliteJournal) -> Insert:
    def insert(*bodies: bytes | str, at: datetime = HOUR) -> None:
        connection = connect()
        with connection:
            connection.executemany(
                "INSERT INTO journal (arrived_at, body) VALUES (?, ?)", [(at.timestamp(), body) for body in bodies]
            )
        connection.close()

    return insert


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def writer(lake: Path, journal: SqliteJournal, clock: Clock) -> LakeWriter:
    return LakeWriter(lake, journal, transform, clock, Limits(records=10))


def test_what_waits_is_visible_after_one_flush(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a", b"b c")
    flushed = writer.flush()
    assert (flushed.records, flushed.rows, flushed.rejected) == (2, 3, 0)
    assert stored(lake, "events") == ["a", "b", "c"]


def test_later_rows_join_the_open_batchs_file(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a")
    writer.flush()
    insert(b"b")
    assert writer.flush().rows == 1
    assert stored(lake, "events") == ["a", "b"]
    assert len(list(files(lake, "events"))) == 1


def test_a_flush_with_nothing_new_touches_no_file(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a")
    writer.flush()
    [path] = files(lake, "events")
    before = path.stat().st_ino
    assert writer.flush().records == 0
    assert path.stat().st_ino == before


def test_a_batch_is_sealed_by_age_and_its_records_leave_the_journal(
    writer: LakeWriter, insert: Insert, lake: Path, journal: SqliteJournal, clock: Clock
) -> None:
    insert(b"a")
    writer.flush()
    assert journal.batches()
    clock.time += timedelta(seconds=60)
    writer.flush()
    assert journal.batches() == []
    insert(b"b")
    writer.flush()
    assert len(list(files(lake, "events"))) == 2
    assert stored(lake, "events") == ["a", "b"]


def test_a_sealed_file_stays_the_file_it_is(
    writer: LakeWriter, insert: Insert, lake: Path, journal: SqliteJournal, clock: Clock
) -> None:
    insert(b"a")
    writer.flush()
    [name] = journal.batches()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteJournal, "delete", _fail)
        with pytest.raises(OSError, match="gone"):
            writer.close()
    [sealed] = files(lake, "events")
    assert sealed.name == f"{name}.parquet"
    before = sealed.stat().st_ino
    writer.flush()
    assert [path.stat().st_ino for path in files(lake, "events")] == [before]
    assert journal.batches() == []


def _fail(*_: object) -> None:
    raise OSError("gone")


def test_nothing_is_left_of_an_open_batch_when_it_is_sealed(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a", b"b !c", at=HOUR + timedelta(hours=5))
    writer.flush()
    assert list((lake / ".open").rglob("*.parquet"))
    writer.close()
    assert list((lake / ".open").iterdir()) == []


def test_a_backlog_becomes_full_files(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(*(f"{number:02}".encode() for number in range(25)))
    assert writer.flush().rows == 25
    assert stored(lake, "events") == [f"{number:02}" for number in range(25)]
    assert len(list(files(lake, "events"))) == 3


def test_a_batch_is_sealed_by_bytes(lake: Path, journal: SqliteJournal, insert: Insert, clock: Clock) -> None:
    insert(b"aaaa", b"bbbb", b"cccc", b"dddd")
    LakeWriter(lake, journal, transform, clock, Limits(bytes=7)).flush()
    assert len(list(files(lake, "events"))) == 2
    assert stored(lake, "events") == ["aaaa", "bbbb", "cccc", "dddd"]


def test_rows_lie_in_the_hour_in_which_their_record_arrived(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a", at=datetime(2026, 7, 1, 13, 59, 59, tzinfo=UTC))
    insert(b"b", at=datetime(2026, 7, 1, 14, 0, 0, tzinfo=UTC))
    writer.flush()
    writer.close()
    hours = [path.parent.relative_to(lake).as_posix() for path in files(lake, "events")]
    assert hours == ["events/2026/07/01/13", "events/2026/07/01/14"]


def test_rejected_rows_have_a_table_of_their_own(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert(b"a !bad")
    flushed = writer.flush()
    assert (flushed.rows, flushed.rejected) == (1, 1)
    assert stored(lake, "rejected", "original") == ["IWJhZA=="]


def test_a_record_without_rows_is_done_with(
    writer: LakeWriter, insert: Insert, lake: Path, journal: SqliteJournal
) -> None:
    insert(b"")
    assert writer.flush().records == 1
    writer.close()
    assert journal.batches() == []
    assert not list(files(lake, "events"))


def test_a_body_that_was_inserted_as_text_is_read_as_utf8(writer: LakeWriter, insert: Insert, lake: Path) -> None:
    insert("ñ")
    writer.flush()
    assert stored(lake, "events") == ["ñ"]


def test_a_second_writer_is_locked_out_until_the_first_closes(
    writer: LakeWriter, insert: Insert, lake: Path, journal: SqliteJournal, clock: Clock
) -> None:
    other = LakeWriter(lake, journal, transform, clock)
    insert(b"a")
    writer.flush()
    insert(b"b")
    assert other.flush().locked_out
    assert stored(lake, "events") == ["a"]
    writer.flush()
    writer.close()
    insert(b"c")
    assert not other.flush().locked_out
    assert stored(lake, "events") == ["a", "b", "c"]


def test_two_writers_that_take_turns_write_each_row_once(
    lake: Path, journal: SqliteJournal, insert: Insert, clock: Clock
) -> None:
    one, two = (LakeWriter(lake, journal, transform, clock) for _ in range(2))
    for number in range(0, 20, 2):
        insert(f"{number:02}".encode())
        one.flush()
        insert(f"{number + 1:02}".encode())
        two.flush()
        (one if number % 4 else two).close()
    one.close()
    two.flush()
    assert stored(lake, "events") == [f"{number:02}" for number in range(20)]
