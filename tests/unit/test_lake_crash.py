"""Exactly once: a crash at every step of the writer, a full disk, a template changed in between, kill -9."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.lake_rows import HOUR, row, stored
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter, Limits
from transformer.results import Rejected, Row


def transform(body: bytes, arrived_at: datetime) -> list[Row | Rejected]:
    """Every record gives rows in two tables."""
    identity = body.decode()
    return [
        Row("events", row("events", event_id=identity)),
        Row("conversations", row("conversations", event_id=identity)),
    ]


class Crash(BaseException):
    """The process dies here."""


class Steps:
    """Counts the writer's calls to the outside and dies before or after one of them."""

    def __init__(self, crash_at: int) -> None:
        self.crash_at = crash_at
        self.taken = 0
        self.crashed = False

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.crash_at:
            self.crashed = True
            raise Crash

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self.step()
            result = function(*arguments, **keywords)
            self.step()
            return result

        return call


class Lake:
    """A journal and a lake's folder, and a process that writes it and is begun again whenever it dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "lake"
        self.time = HOUR
        self._path = folder / "hub.db"
        self._process: LakeWriter | None = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA synchronous = OFF")  # processes die here, machines do not
        return connection

    def insert(self, *bodies: str) -> None:
        SqliteJournal(self._connect)
        with closing(self._connect()) as connection, connection:
            connection.executemany(
                "INSERT INTO journal (arrived_at, body) VALUES (?, ?)", [(HOUR.timestamp(), body) for body in bodies]
            )

    def process(self) -> LakeWriter:
        if self._process is None:
            self._process = LakeWriter(
                self.folder, SqliteJournal(self._connect), transform, lambda: self.time, Limits(records=3)
            )
        return self._process

    def survive(self, action: Callable[[LakeWriter], object]) -> None:
        """Do it; when the process dies of it, do it again in a new one."""
        try:
            action(self.process())
        except Crash:
            self.die()
            action(self.process())

    def die(self) -> None:
        """The system takes back the lock, and nothing else happens."""
        if self._process:
            self._process._lock.release()
        self._process = None


@contextmanager
def outside_calls(steps: Steps) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (SqliteJournal, "assign"),
            (SqliteJournal, "delete"),
        ):
            patch.setattr(owner, name, steps.around(getattr(owner, name)))
        patch.setattr(os, "fsync", steps.around(lambda descriptor: None))
        yield


def live(lake: Lake, steps: Steps) -> list[str]:
    """A writer's life: rows join a file, a batch is filled, one grows old, a backlog comes, it is closed."""
    with outside_calls(steps):
        for bodies in (["a", "b"], ["c"], ["d"], ["e", "f", "g", "h", "i"]):
            lake.insert(*bodies)
            lake.survive(LakeWriter.flush)
        lake.time += timedelta(seconds=61)
        lake.survive(LakeWriter.flush)
        lake.insert("j")
        lake.survive(LakeWriter.flush)
        lake.survive(LakeWriter.close)
    return list("abcdefghij")


@pytest.mark.slow
def test_a_crash_at_any_step_loses_no_row_and_doubles_none(tmp_path: Path) -> None:
    for crash_at in count(1):
        steps = Steps(crash_at)
        lake = Lake(tmp_path / str(crash_at))
        lake.folder.parent.mkdir()
        expected = live(lake, steps)
        assert stored(lake.folder, "events") == expected, f"crash at step {crash_at}"
        assert stored(lake.folder, "conversations") == expected, f"crash at step {crash_at}"
        assert not list(lake.folder.glob("**/*.tmp"))
        if not steps.crashed:
            break
    assert crash_at > 70, "the writer's steps were not found"


def test_a_batch_rendered_otherwise_after_a_crash_leaves_no_row_of_the_first_time(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.insert("a")
    lake.process().flush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteJournal, "delete", Steps(1).around(SqliteJournal.delete))
        with pytest.raises(Crash):
            lake.process().close()
    lake.die()

    def mended(body: bytes, arrived_at: datetime) -> list[Row | Rejected]:
        return [Row("events", row("events", event_id=body.decode() + "'"))]

    writer = LakeWriter(lake.folder, SqliteJournal(lake._connect), mended, lambda: HOUR)
    writer.flush()
    assert stored(lake.folder, "events") == ["a'"]
    assert stored(lake.folder, "conversations") == []


def test_a_full_disk_loses_nothing_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    lake.insert("a")
    lake.process().flush()
    lake.insert("b")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            lake.process().flush()
    assert stored(lake.folder, "events") == ["a"]
    lake.process().flush()
    assert stored(lake.folder, "events") == ["a", "b"]


_CHILD = """
import sqlite3, sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tests.unit.test_lake_crash import transform
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter, Limits

folder, first = Path(sys.argv[1]), int(sys.argv[2])
connect = partial(sqlite3.connect, folder / "hub.db")
writer = LakeWriter(folder / "lake", SqliteJournal(connect), transform, lambda: datetime.now(UTC), Limits(records=7))
connection = connect()
for number in range(first, first + 100_000):
    with connection:
        connection.execute("INSERT INTO journal (arrived_at, body) VALUES (1782910800, ?)", (f"{number:07}",))
    print(number, flush=True)
    if number % 3 == 0:
        writer.flush()
"""


@pytest.mark.slow
def test_rows_equal_records_after_kill_9(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for life in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(tmp_path), str(life * 100_000)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        for line in child.stdout:
            acknowledged.append(f"{int(line):07}")
            if len(acknowledged) % 40 == 0:
                break
        time.sleep(0.01 * life)
        child.send_signal(signal.SIGKILL)
        acknowledged += [f"{int(line):07}" for line in child.stdout if line.endswith("\n")]
        child.stdout.close()
        child.wait()
    assert len(acknowledged) > 100, "the children did not write"
    Lake(tmp_path).process().flush()
    rows = stored(tmp_path / "lake", "events")
    assert len(rows) == len(set(rows))
    assert set(acknowledged) <= set(rows)
    assert len(rows) - len(acknowledged) <= 3  # inserted, and killed before it could be said
