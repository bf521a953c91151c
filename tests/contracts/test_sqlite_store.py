"""The embedded store keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from orchestrator.conversations.sqlite import SqliteStore
from orchestrator.conversations.store import Store
from tests.contracts.store import KEY, StoreContract, conversation, turn_of
from tests.kit import NOON, Clock, keep_in_table


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, clock: Clock) -> Iterator[Store]:
        store = SqliteStore(tmp_path / "parley.sqlite3", keep_in_table, clock)
        yield store
        store.database.close()

    def records(self, store: Store) -> list[bytes]:
        assert isinstance(store, SqliteStore)
        connection = store.database.connection()
        connection.execute("CREATE TABLE IF NOT EXISTS journal (body BLOB)")
        return [body for (body,) in connection.execute("SELECT body FROM journal ORDER BY rowid")]


def test_what_was_committed_is_there_for_the_next_process(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "parley.sqlite3", keep_in_table, Clock())
    written = first.save(conversation())
    second = SqliteStore(tmp_path / "parley.sqlite3", keep_in_table, Clock())
    assert second.load(KEY).conversation == written


def test_claims_of_a_dead_process_are_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    store = SqliteStore(tmp_path / "parley.sqlite3", keep_in_table, clock)
    turn = msgspec.structs.replace(turn_of(), claimed_until=NOON.replace(year=2027))
    store.save(msgspec.structs.replace(conversation(), turn=turn), due_at=NOON.replace(year=2027))
    assert store.forget_claims() == 1
    kept = store.load(KEY).conversation
    assert kept is not None
    assert kept.turn is not None
    assert kept.turn.claimed_until == clock.now
