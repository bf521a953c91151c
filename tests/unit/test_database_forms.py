"""A SQLite file is brought to the newest form when it is opened: once, whole, and never back."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.errors import NewerDataError
from orchestrator.stores.sqlite.database import STEPS, Database

FIRST = {20001: ["ALTER TABLE things ADD COLUMN colour TEXT", "UPDATE things SET colour = 'red'"]}
SECOND = {20002: ["ALTER TABLE things RENAME COLUMN colour TO hue"], **FIRST}  # in whatever order they are written
SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT)"
NEWEST_SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT, hue TEXT)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file from before there were numbers, with one row."""
    database = Database(tmp_path / "old.sqlite3", SCHEMA, steps={})
    database.connection().execute("INSERT INTO things VALUES ('lamp')")
    database.close()
    return tmp_path / "old.sqlite3"


def state(path: Path) -> tuple[int, Sequence[str], Sequence[object]]:
    with closing(sqlite3.connect(path)) as connection:
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(things)")]
        return form, columns, connection.execute("SELECT * FROM things").fetchall()


def test_every_step_is_taken_in_order_and_once(path: Path) -> None:
    for _ in range(2):
        Database(path, NEWEST_SCHEMA, steps=SECOND).close()
        assert state(path) == (20002, ["name", "hue"], [("lamp", "red")])


def test_only_the_steps_that_are_missing_are_taken(path: Path) -> None:
    Database(path, steps=FIRST).close()
    assert state(path) == (20001, ["name", "colour"], [("lamp", "red")])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE things SET colour = 'blue'")
    Database(path, NEWEST_SCHEMA, steps=SECOND).close()
    assert state(path) == (20002, ["name", "hue"], [("lamp", "blue")])


def test_a_new_file_takes_no_step_and_has_the_newest_form(tmp_path: Path) -> None:
    Database(tmp_path / "new.sqlite3", NEWEST_SCHEMA, steps=SECOND).close()
    assert state(tmp_path / "new.sqlite3") == (20002, ["name", "hue"], [])


def test_a_step_that_fails_changes_nothing(path: Path) -> None:
    broken = {20002: ["DROP TABLE no_such_table"], **FIRST}
    with pytest.raises(sqlite3.OperationalError):
        Database(path, steps=broken)
    assert state(path) == (0, ["name"], [("lamp",)])


def test_of_processes_that_open_an_old_file_at_once_one_takes_the_steps(path: Path) -> None:
    failed: list[BaseException] = []

    def open_it() -> None:
        try:
            Database(path, NEWEST_SCHEMA, steps=SECOND).close()
        except sqlite3.Error as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert state(path) == (20002, ["name", "hue"], [("lamp", "red")])


def test_a_newer_file_is_refused_and_the_program_that_it_needs_is_named(path: Path) -> None:
    Database(path, steps=SECOND).close()
    before = path.read_bytes()
    with pytest.raises(NewerDataError, match=r"old\.sqlite3 .* Use Parley 0\.2\.0 or newer"):
        Database(path, "CREATE TABLE others (name TEXT)", steps=FIRST)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("form", "program"), [(20001, "0.2.0"), (1000302, "1.0.3"), (12345678, "12.34.56")])
def test_a_number_tells_its_program(form: int, program: str) -> None:
    assert f"Use Parley {program} or newer" in str(NewerDataError("it", form, 0))


def test_the_steps_are_numbered_by_the_programs_that_bring_them() -> None:
    assert all(form >= 10001 and form % 100 for form in STEPS)
