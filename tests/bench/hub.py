"""What a turn costs the hub itself: CPU time above its channel's parse and compose, over the bare SQLite statements.

The answerer answers at once and the provider takes everything; the store and the queue are SQLite files. What SQLite
alone needs for the same: statements.py. Milliseconds change with the machine; the ratio does not.
"""

import functools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from orchestrator.channels.channel import Channel
from orchestrator.settings import Settings
from tests.bench.figure import Figure
from tests.bench.statements import bare, recording
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


def figures() -> list[Figure]:
    """A turn over the bare statements, and its milliseconds: medians of several rounds."""
    with TemporaryDirectory() as folder, recording():
        line = TimedLine()
        machine = Machine(Path(folder), line=line)
        rounds = [_round(machine, line.timed, number) for number in range(ROUNDS)]
        alone = [
            bare(
                machine.store.database,
                Path(folder) / f"copy-{number}.sqlite3",
                functools.partial(_round, machine, line.timed, ROUNDS + number),
            )
            for number in range(ROUNDS)
        ]
    median = statistics.median(rounds)
    ratio = median / (statistics.median(alone) / TURNS * 1000)
    return [
        Figure(
            "hub, one turn above parse and compose, over its bare SQLite statements",
            f"{ratio:.2f} ×",
            "≤ 2 ×",
            met=ratio <= 2,
        ),
        Figure("hub, one turn, CPU above parse and compose", f"{median:.2f} ms"),
    ]


def _round(machine: Machine, channel: Timed, number: int) -> float:
    events = [sms_event(f"question {turn}", f"{number}-{turn}", f"+1425{number:03}{turn:04}") for turn in range(TURNS)]
    channel.seconds, started = 0.0, time.process_time()
    for event in events:
        machine.deliver(event)
        machine.drain()
    return (time.process_time() - started - channel.seconds) / TURNS * 1000
