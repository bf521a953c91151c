"""The embedded store keeps the contract."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from orchestrator.stores.ports import Store
from orchestrator.stores.sqlite.store import SqliteStore
from tests.contracts.sends import SendsContract
from tests.contracts.store import KEY, StoreContract, conversation, turn_of
from tests.kit import NOON, Clock, keep_in_table


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(folder / "parley.sqlite3", keep_in_table, clock)
    with closing(store.database):
        yield store


class TestSqliteStore(StoreContract, SendsContract):
    @pytest.fixture
    def store(self, tmp_path: Path, clock: Clock) -> Iterator[Store]:
        with opened(tmp_path, clock) as store:
            yield store

    def records(self, store: Store) -> list[bytes]:
        assert isinstance(store, SqliteStore)
        connection = store.database.connection()
        connection.execute("CREATE TABLE IF NOT EXISTS journal (body BLOB)")
        return [body for (body,) in connection.execute("SELECT body FROM journal ORDER BY rowid")]


def test_what_was_committed_is_there_for_the_next_process(tmp_path: Path) -> None:
    with opened(tmp_path, Clock()) as first:
        written = first.conversations.save(conversation())
        with opened(tmp_path, Clock()) as second:
            assert second.conversations.load(KEY).conversation == written


def test_claims_of_a_dead_process_are_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as store:
        turn = msgspec.structs.replace(turn_of(), claimed_until=NOON.replace(year=2027))
        store.conversations.save(msgspec.structs.replace(conversation(), turn=turn), due_at=NOON.replace(year=2027))
        assert store.conversations.forget_claims() == 1
        kept = store.conversations.load(KEY).conversation
    assert kept is not None
    assert kept.turn is not None
    assert kept.turn.claimed_until == clock.now
