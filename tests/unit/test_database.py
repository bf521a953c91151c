"""A database closes every connection that it has opened, whichever thread asked for it."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from orchestrator.stores.sqlite.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "file.sqlite3", "CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")) as database:
        yield database


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1").close()
    except sqlite3.ProgrammingError:
        return False
    return True


def opened_by_a_thread(database: Database) -> sqlite3.Connection:
    """Its connection; the thread has ended."""
    found: list[sqlite3.Connection] = []
    thread = Thread(target=lambda: found.append(database.connection()))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_has_one_connection_and_another_thread_another(database: Database) -> None:
    assert database.connection() is database.connection()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(database.connection).result() is not database.connection()


def test_closing_closes_the_connections_of_every_thread(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        found = [database.connection(), pool.submit(database.connection).result()]
        assert [is_open(each) for each in found] == [True, True]
        database.close()
        assert [is_open(each) for each in found] == [False, False]


def test_connections_of_threads_that_have_ended_do_not_add_up(database: Database) -> None:
    found = [opened_by_a_thread(database) for _ in range(4)]
    assert [is_open(each) for each in found] == [False, False, False, True]
    assert is_open(database.connection())


def test_a_connection_of_the_callers_own_is_not_closed_with_the_others(database: Database) -> None:
    with closing(database.connect()) as own:
        database.close()
        assert is_open(own)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Every connection that is opened, in order."""
    found: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(path: Path, **options: Any) -> sqlite3.Connection:
        found.append(connect(path, **options))
        return found[-1]

    monkeypatch.setattr(sqlite3, "connect", remembered)
    return found


def test_a_file_that_is_no_database_is_closed_again(tmp_path: Path, opened: list[sqlite3.Connection]) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look like one " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Database(tmp_path / "notes.txt", "CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")
    assert [is_open(each) for each in opened] == [False]


def test_a_schema_that_is_wrong_leaves_nothing_open(tmp_path: Path, opened: list[sqlite3.Connection]) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Database(tmp_path / "file.sqlite3", "CREATE TABEL numbers (n INTEGER)")
    assert [is_open(each) for each in opened] == [False]
