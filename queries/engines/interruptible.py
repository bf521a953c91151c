"""A question that Ctrl-C stops, whatever DuckDB is busy with.

DuckDB looks for signals only between pieces of work, which a long join does not have. So it works in a thread of its
own, and the caller, who waits, interrupts it: again and again, for DuckDB forgets an interruption that comes while it
still prepares a statement, and runs it whole.
Sources: https://duckdb.org/docs/stable/clients/python/reference/ (`DuckDBPyConnection.interrupt`),
https://github.com/duckdb/duckdb-rs/pull/860 (what is forgotten)
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

import duckdb

Answer = TypeVar("Answer")

AGAIN_S = 0.05  # between two interruptions


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Answer]) -> Answer:
    """What `work` gives, which asks `connection`. Raises what it raises; `KeyboardInterrupt` once it has stopped."""
    answer: Future[Answer] = Future()
    try:
        Thread(target=_settle, args=(answer, work), name="question").start()
        return answer.result()
    except KeyboardInterrupt:
        while not (answer.cancel() or answer.done()):  # what has not begun never begins
            connection.interrupt()
            wait([answer], AGAIN_S)
        raise


def _settle(answer: Future[Answer], work: Callable[[], Answer]) -> None:
    if answer.set_running_or_notify_cancel():
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            answer.set_exception(error)
