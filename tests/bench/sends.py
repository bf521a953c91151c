"""What a step of a send costs: CPU time above compose, over the bare SQLite statements.

Each send has one step; its provider takes it at once and tells of its delivery, which ends the send. Store and queue
are SQLite files.
"""

import functools
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.keys import step_ref
from orchestrator.model import Progress
from tests.bench.figure import Figure
from tests.bench.statements import bare, recording
from tests.sending import SendingMachine, a_send

SENDS, ROUNDS = 100, 9


def figures() -> list[Figure]:
    """A send of one step over the bare statements, and its milliseconds: medians of several rounds."""
    with TemporaryDirectory() as folder, recording():
        machine = SendingMachine(Path(folder))
        rounds = [_seconds(functools.partial(_round, machine, number)) for number in range(ROUNDS)]
        alone = [
            bare(machine.database, Path(folder) / f"copy-{number}.sqlite3", functools.partial(_round, machine, number))
            for number in range(ROUNDS, 2 * ROUNDS)
        ]
        machine.close()
    median = statistics.median(rounds) / SENDS * 1000
    ratio = median / (statistics.median(alone) / SENDS * 1000)
    return [
        Figure(
            "a send of one step and its delivery, over its bare SQLite statements",
            f"{ratio:.2f} ×",
            "≤ 2 ×",
            met=ratio <= 2,
        ),
        Figure("a send of one step and its delivery, CPU", f"{median:.2f} ms"),
    ]


def _seconds(work: functools.partial[None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _round(machine: SendingMachine, number: int) -> None:
    for each in range(SENDS):
        send_id = f"{number:08x}{each:024x}"
        machine.dispatcher.accept(a_send("sms", send_id=send_id))
        machine.drain()
        told = Progress(step_ref(send_id, 1), "delivered", f"sms-{number}-{each}", machine.clock())
        machine.dispatcher.tell(told)
        machine.drain()
