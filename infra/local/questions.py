"""The server's questions to the lake: few at once, each with an end, and none outlives whoever asked it.

A pool of their own: however many questions wait, the page, the API and the workers go on.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import Request

from queries.catalogue.parameters import Value
from queries.engines.duckdb import DuckDbEngine
from queries.engines.interruptible import Stop
from queries.result import Column, Row

AT_ONCE = 2  # questions; each may take 40 % of the memory (queries/engines/duckdb.py)
WAITING = 20  # questions besides
WITHIN_S = 60.0
_LOOKS_S = 0.25  # how often it is looked whether somebody still waits for the answer
Done = TypeVar("Done")


class TooManyError(Exception):
    """So many questions wait already."""


class Questions:
    """Asks them. `engine` is made anew for each, `most` is how many rows of an answer are wanted."""

    def __init__(self, engine: Callable[[], DuckDbEngine], most: int) -> None:
        self._engine = engine
        self._most = most
        self._pool = ThreadPoolExecutor(AT_ONCE, "questions")
        self._stops: set[Stop] = set()
        self._lock = threading.Lock()

    async def ask(
        self, request: Request, sql: str, parameters: Mapping[str, Value]
    ) -> tuple[tuple[Column, ...], list[Row], int]:
        """The columns, the first rows, and how many rows there are: one more than `most` where there are more.

        Raises `QueryError`, and `TooManyError`.
        """
        stop = Stop(WITHIN_S)
        with self._lock:
            if len(self._stops) >= AT_ONCE + WAITING:
                raise TooManyError
            self._stops.add(stop)
        try:
            asked = asyncio.get_running_loop().run_in_executor(self._pool, self._answered, sql, parameters, stop)
            while not asked.done():
                await asyncio.wait([asked], timeout=_LOOKS_S)
                if await request.is_disconnected():
                    stop.now()
            return await asked
        finally:
            stop.now()  # also where the server ends, or whoever asked has gone
            with self._lock:
                self._stops.discard(stop)

    def close(self) -> None:
        """No question is begun any more, and those that are running end now."""
        with self._lock:
            for stop in self._stops:
                stop.now()
        self._pool.shutdown(cancel_futures=True)

    def _answered(
        self, sql: str, parameters: Mapping[str, Value], stop: Stop
    ) -> tuple[tuple[Column, ...], list[Row], int]:
        stop.check()
        with self._engine().answer(sql, parameters, stop) as answer:
            rows = answer.rows(self._most + 1)
            return answer.columns, rows[: self._most], len(rows)
