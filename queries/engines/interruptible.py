"""A question that Ctrl-C stops, whatever DuckDB is busy with.

DuckDB looks for signals only between pieces of work, which a long join does not have. So it works in a thread of its
own, and the caller, who waits, interrupts it.
Source: https://duckdb.org/docs/stable/clients/python/reference/ (`DuckDBPyConnection.interrupt`)
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

Answer = TypeVar("Answer")


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Answer]) -> Answer:
    """What `work` gives, which asks `connection`. Raises what it raises; `KeyboardInterrupt` once it has stopped."""
    with ThreadPoolExecutor(1, "question") as thread:
        answer = thread.submit(work)
        try:
            return answer.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise  # when the thread has ended: leaving the block waits for it
