"""Many people, messages delivered several times and out of order, several workers."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.workers import work
from orchestrator.model import Answer, Question
from tests.kit import Line, Machine, StubAnswerer
from tests.lines import LINES

PEOPLE, MESSAGES, DELIVERIES, WORKERS = 20, 200, 5, 4


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


def shuffled_deliveries(line: Line, machine: Machine, seed: int) -> list[bytes]:
    events = [
        line.event(f"message {number}", f"m{number}", line.person(number % PEOPLE), machine.clock.now)
        for number in range(MESSAGES)
    ]
    deliveries = events * DELIVERIES
    random.Random(seed).shuffle(deliveries)
    return deliveries


def run_to_the_end(machine: Machine, deliveries: list[bytes]) -> None:
    """Deliver from two threads while four workers answer, until nothing is left."""
    delivered = threading.Event()

    def deliver(part: int) -> None:
        for event in deliveries[part::2]:
            machine.deliver(event)

    def answer() -> None:
        while not delivered.is_set() or machine.queue.waiting():
            if wake_up := machine.queue.lease():
                work(machine.hub, machine.queue, wake_up, machine.settings)

    with ThreadPoolExecutor(WORKERS + 2) as pool:
        answering = [pool.submit(answer) for _ in range(WORKERS)]
        try:
            for producer in [pool.submit(deliver, part) for part in range(2)]:
                producer.result()
        finally:
            delivered.set()
        for worker in answering:
            worker.result(timeout=120)


@pytest.mark.parametrize("name", sorted(LINES))
def test_every_message_is_in_one_turn_and_turns_of_one_person_never_overlap(tmp_path: Path, name: str) -> None:
    line, watch = LINES[name](), Watch()
    machine = Machine(tmp_path, line=line, answerers=[StubAnswerer(watch.reply)])
    run_to_the_end(machine, shuffled_deliveries(line, machine, seed=7))

    turns = [turn for conversation in machine.store.conversations() for turn in machine.store.turns(conversation.key)]
    in_turns = Counter(message.message_id for turn in turns for message in turn.messages)
    assert in_turns == Counter(f"m{number}" for number in range(MESSAGES))
    assert Counter(reply.turn_id for reply in line.replies) == Counter(turn.turn_id for turn in turns)
    assert set(watch.asked.values()) == {1}
    assert len(watch.asked) == len(turns)
    assert watch.overlaps == []
    assert machine.store.counts()["waiting"] == machine.queue.dead() == 0
