"""The way of delivery events to the lake: late, shuffled and twice, as streams have it."""

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

TWICE = 0.02  # of all events
LATE = 0.015
_LATEST_H = 60  # how late a late event can be; carriers take up to 72 hours


class Arrival(NamedTuple):
    """A record and when it reaches the stream."""

    at: datetime
    number: int  # of records of the same moment, the first comes first
    body: bytes


class Stream:
    """Keeps what is under way until its time has come."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._under_way: list[Arrival] = []
        self._count = 0

    def put(self, happened_at: datetime, body: bytes) -> None:
        """An event on its way: there in a second or so, or late, or twice."""
        self._send(happened_at, body)
        if self._chance.random() < TWICE:
            self._send(happened_at + timedelta(seconds=self._chance.expovariate(1 / 900)), body)

    def deliver(self, before: datetime, keep: Callable[[Iterable[Arrival]], None]) -> None:
        """Hand over everything that reaches the stream before a moment, in order."""
        there = []
        while self._under_way and self._under_way[0].at < before:
            there.append(heapq.heappop(self._under_way))
        keep(there)

    def _send(self, at: datetime, body: bytes) -> None:
        under_way_s = self._chance.uniform(0.3, 3)
        if self._chance.random() < LATE:
            under_way_s += self._chance.uniform(600, _LATEST_H * 3600)
        self._count += 1
        heapq.heappush(self._under_way, Arrival(at + timedelta(seconds=under_way_s), self._count, body))
