"""What a turn costs the hub itself: CPU time above its channel's parse and compose, over the bare SQLite statements.

The answerer answers at once and the provider takes everything; the store and the queue are SQLite files. The statements
that a round has run, with their bytes, are run again by nothing but sqlite3, on a copy of the file from before: what no
hub can do without. Milliseconds change with the machine; the ratio does not.
"""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

from orchestrator.channels.channel import Channel
from orchestrator.settings import Settings
from tests.bench.figure import Figure
from tests.kit import Machine, SmsLine, sms_event

TURNS, ROUNDS = 100, 9


class Timed:
    """Adds up the CPU time that calls into a port take."""

    def __init__(self, port: Any) -> None:
        self.port = port
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self.port, name)
        return self._timed(inner) if callable(inner) else inner

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any) -> Any:
            started = time.process_time()
            try:
                return call(*args)
            finally:
                self.seconds += time.process_time() - started

        return timed


class TimedLine(SmsLine):
    """The SMS line, its channel timed and its provider without checks."""

    def channel(self, client: Any, settings: Settings) -> Channel:
        self.timed = Timed(super().channel(client, settings))
        return cast(Channel, self.timed)

    def send_text_message(self, **request: Any) -> dict[str, str]:
        return {"MessageId": "sent"}


class Recorded(sqlite3.Connection):
    """Remembers what it runs while `statements` is a list."""

    statements: list[tuple[str, str, Any]] | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return self._run("execute", sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        return self._run("executemany", sql, [*parameters])

    def _run(self, method: str, sql: str, parameters: Any) -> sqlite3.Cursor:
        if Recorded.statements is not None:
            Recorded.statements.append((method, sql, parameters))
        run: Callable[..., sqlite3.Cursor] = getattr(super(), method)
        return run(sql, parameters)


def figures() -> list[Figure]:
    """A turn over the bare statements, and its milliseconds: medians of several rounds."""
    with TemporaryDirectory() as folder, recording():
        line = TimedLine()
        machine = Machine(Path(folder), line=line)
        rounds = [_round(machine, line.timed, number) for number in range(ROUNDS)]
        bare = [_bare(machine, line.timed, ROUNDS + number, Path(folder)) for number in range(ROUNDS)]
    median = statistics.median(rounds)
    ratio = median / statistics.median(bare)
    return [
        Figure(
            "hub, one turn above parse and compose, over its bare SQLite statements",
            f"{ratio:.2f} ×",
            "≤ 2 ×",
            met=ratio <= 2,
        ),
        Figure("hub, one turn, CPU above parse and compose", f"{median:.2f} ms"),
    ]


@contextmanager
def recording() -> Iterator[None]:
    """Whatever is opened meanwhile can tell what it runs."""
    connect = sqlite3.connect
    with patch.object(sqlite3, "connect", lambda *args, **options: connect(*args, factory=Recorded, **options)):
        yield


def _bare(machine: Machine, channel: Timed, number: int, folder: Path) -> float:
    """Milliseconds a turn that the statements of a round take by themselves."""
    copy = folder / f"copy-{number}.sqlite3"
    with closing(sqlite3.connect(copy)) as target:
        machine.store.database.connection().backup(target)
    Recorded.statements = []
    _round(machine, channel, number)
    statements, Recorded.statements = Recorded.statements, None
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        started = time.process_time()
        for method, sql, parameters in statements:
            getattr(connection, method)(sql, parameters).fetchall()
        return (time.process_time() - started) / TURNS * 1000


def _round(machine: Machine, channel: Timed, number: int) -> float:
    events = [sms_event(f"question {turn}", f"{number}-{turn}", f"+1425{number:03}{turn:04}") for turn in range(TURNS)]
    channel.seconds, started = 0.0, time.process_time()
    for event in events:
        machine.deliver(event)
        machine.drain()
    return (time.process_time() - started - channel.seconds) / TURNS * 1000
