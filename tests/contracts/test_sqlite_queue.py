"""The embedded queue keeps the promises of an SQS FIFO queue that the hub relies on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.model import WakeUp
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.wake_ups import SqliteWakeUps
from tests.kit import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path, clock: Clock) -> Iterator[SqliteWakeUps]:
    with closing(Database(tmp_path / "queue.sqlite3")) as database:
        yield SqliteWakeUps(database, clock, visibility_s=30, on_wake=lambda: None)


def test_one_wake_up_of_a_conversation_is_out_at_a_time(queue: SqliteWakeUps) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.wake(WakeUp("turn", "a", "2"))
    queue.wake(WakeUp("turn", "b", "3"))
    first, second = queue.lease(), queue.lease()
    assert first
    assert second
    assert (first.key, second.key) == ("a", "b")
    assert queue.lease() is None
    queue.done(first)
    third = queue.lease()
    assert third
    assert third.key == "a"


def test_a_retried_wake_up_keeps_its_place(queue: SqliteWakeUps, clock: Clock) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.wake(WakeUp("turn", "a", "2"))
    first = queue.lease()
    assert first
    queue.retry_in(first, 10)
    assert queue.lease() is None
    clock.advance(seconds=10)
    again = queue.lease()
    assert again
    assert (again.id, again.receives) == (first.id, 2)


def test_a_lease_runs_out(queue: SqliteWakeUps, clock: Clock) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.lease()
    clock.advance(seconds=31)
    again = queue.lease()
    assert again
    assert again.receives == 2


def test_an_uncounted_retry_costs_no_receive(queue: SqliteWakeUps, clock: Clock) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    first = queue.lease()
    assert first
    queue.retry_in(first, 5, uncounted=True)
    clock.advance(seconds=5)
    again = queue.lease()
    assert again
    assert again.receives == 1


def test_the_same_deduplication_id_wakes_once(queue: SqliteWakeUps) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.wake(WakeUp("turn", "a", "1"))
    assert queue.waiting() == 1


def test_a_buried_wake_up_blocks_nobody_and_is_counted(queue: SqliteWakeUps) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.wake(WakeUp("turn", "a", "2"))
    first = queue.lease()
    assert first
    queue.bury(first)
    second = queue.lease()
    assert second
    assert second.id != first.id
    assert (queue.waiting(), queue.dead()) == (1, 1)


def test_leases_of_a_dead_process_are_forgotten(queue: SqliteWakeUps) -> None:
    queue.wake(WakeUp("turn", "a", "1"))
    queue.lease()
    queue.forget_leases()
    assert queue.lease()
