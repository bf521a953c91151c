"""A question that can be stopped, whatever DuckDB is busy with: by Ctrl-C, by a deadline, by whoever it was asked for.

DuckDB looks for signals only between pieces of work, which a long join does not have. So it works in a thread of its
own, and the caller, who waits, interrupts it: again and again, for DuckDB forgets an interruption that comes while it
still prepares a statement, and runs it whole.
Sources: https://duckdb.org/docs/stable/clients/python/reference/ (`DuckDBPyConnection.interrupt`),
https://github.com/duckdb/duckdb-rs/pull/860 (what is forgotten)
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitedError
from types import TracebackType
from typing import TypeVar

import duckdb

from queries.errors import ExecutionError

_LOOKS_S = 0.1  # how often it is looked whether the question is to be stopped
Done = TypeVar("Done")


class Stop:
    """Tells a question to end: `within_s` seconds after it was made, or at once by `now`, from any thread."""

    def __init__(self, within_s: float | None = None) -> None:
        self._asked = threading.Event()
        self._within_s = within_s
        self._started = time.monotonic()

    def now(self) -> None:
        """Whoever asked wants no answer any more."""
        self._asked.set()

    def check(self) -> None:
        """Raises `ExecutionError` where the question is to end."""
        if reason := self.reason():
            raise ExecutionError(reason, remedy="Ask about fewer hours (-p from_hour=…), or for fewer rows.")

    def reason(self) -> str:
        """Why it is to end; "" while it may go on."""
        if self._asked.is_set():
            return "the question was given up"
        if self._within_s is not None and time.monotonic() - self._started > self._within_s:
            return f"the question took longer than {self._within_s:g} seconds"
        return ""


class Interruptible:
    """Works with a connection in a thread of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, stop: Stop) -> None:
        self._connection = connection
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, "question")

    def __enter__(self) -> "Interruptible":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def do(self, work: Callable[[], Done]) -> Done:
        """What `work` gives. Raises what it raises; `ExecutionError` where the question is stopped, and
        `KeyboardInterrupt`, once DuckDB has stopped."""
        future = self._thread.submit(work)
        try:
            while True:
                if self._stop.reason():
                    self._interrupt(future)
                    self._stop.check()
                try:
                    return future.result(_LOOKS_S)
                except WaitedError:
                    if future.done():
                        raise
        except KeyboardInterrupt:
            self._interrupt(future)
            raise

    def _interrupt(self, future: Future[Done]) -> None:
        """Again and again: an interruption that comes too early is lost. What has not begun never begins."""
        while not (future.cancel() or future.done()):
            self._connection.interrupt()
            threading.Event().wait(_LOOKS_S / 10)
