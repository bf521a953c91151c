"""Many people, messages delivered several times and out of order, several workers."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from orchestrator.model import Answer, Question
from tests.kit import RunningClock, StubAnswerer, chosen
from tests.lines import BACKENDS, LINES, everywhere

WORKERS = 4


class Load(NamedTuple):
    """How many people write how many messages together, and how often each message is delivered."""

    people: int
    messages: int
    times: int


# moto copies the whole table for each transaction, so that it gets fewer.
LOADS = {"embedded": Load(20, 200, 5), "deployed": Load(4, 16, 3)}
LARGE = {"embedded": Load(50, 2000, 5), "deployed": Load(10, 50, 3)}


class Watch:
    """Answers, and notices when two turns of one person overlap."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.overlaps: list[str] = []
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def reply(self, question: Question) -> Answer:
        with self._lock:
            if question.conversation_id in self._busy:
                self.overlaps.append(question.conversation_id)
            self._busy.add(question.conversation_id)
            self.asked[question.turn_id] += 1
        threading.Event().wait(0.001)  # let the others run
        with self._lock:
            self._busy.remove(question.conversation_id)
        return Answer(f"re: {question.turn_id}", source="stub")


def shuffled_deliveries(machine: Any, load: Load, seed: int) -> list[bytes]:
    line = machine.line
    events = [
        line.event(f"message {number}", f"m{number}", line.person(number % load.people), machine.clock.now)
        for number in range(load.messages)
    ]
    deliveries = events * load.times
    random.Random(seed).shuffle(deliveries)
    return deliveries


def run_to_the_end(machine: Any, deliveries: list[bytes]) -> None:
    """Deliver from two threads while four workers answer, until nothing is left."""
    delivered = threading.Event()

    def deliver(part: int) -> None:
        for event in deliveries[part::2]:
            machine.deliver(event)

    def answer() -> None:
        while machine.work_one() or not (delivered.is_set() and machine.idle()):
            time.sleep(0.001)

    with ThreadPoolExecutor(WORKERS + 2) as pool:
        answering = [pool.submit(answer) for _ in range(WORKERS)]
        try:
            for producer in [pool.submit(deliver, part) for part in range(2)]:
                producer.result()
        finally:
            delivered.set()
        for worker in answering:
            worker.result(timeout=120)


# A Lambda instance has one thread; here four share the buffer of metrics.
several_workers = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@several_workers
@everywhere
def test_every_message_is_in_one_turn_and_turns_of_one_person_never_overlap(
    tmp_path: Path, aws: None, backend: str, name: str
) -> None:
    deliver_and_check(tmp_path, backend, name, LOADS[backend])


@pytest.mark.prove
@several_workers
@everywhere
def test_the_same_holds_for_many_more(tmp_path: Path, aws: None, backend: str, name: str) -> None:
    deliver_and_check(tmp_path, backend, name, LARGE[backend])


def deliver_and_check(place: Path, backend: str, name: str, load: Load) -> None:
    line, watch = LINES[name](), Watch()
    machine = BACKENDS[backend](
        place,
        line=line,
        answerers=[StubAnswerer(watch.reply)],
        clock=RunningClock(),
        settings=chosen(claim_s=60, max_receives=1000, answers_per_thread=1000, turns_per_hour=1000),
    )
    run_to_the_end(machine, shuffled_deliveries(machine, load, seed=7))

    turns = machine.turns()
    in_turns = Counter(message.message_id for turn in turns for message in turn.messages)
    assert in_turns == Counter(f"m{number}" for number in range(load.messages))
    assert Counter(reply.turn_id for reply in line.replies) == Counter(turn.turn_id for turn in turns)
    assert set(watch.asked.values()) == {1}
    assert len(watch.asked) == len(turns)
    assert watch.overlaps == []
    assert machine.counts()["waiting"] == machine.dead() == 0
