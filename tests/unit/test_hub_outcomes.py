"""What the hub says, and keeps, of what it did."""

from pathlib import Path

import pytest

from orchestrator.errors import EventError
from tests.kit import NOON, Machine, sms_event


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_bytes_that_are_no_event_are_kept_with_their_reason(machine: Machine) -> None:
    received = machine.hub.reject(b"{", EventError("the message", "is not JSON"))
    assert (received.outcome, received.channel, received.reason) == ("rejected", "", "the message is not JSON")
    (record,) = machine.records
    assert (record["reason"], record["original"], record["channel"]) == ("the message is not JSON", "ew==", None)


def test_a_finished_turn_is_claimed_by_nobody(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.drain()
    (turn,) = machine.turns()
    assert (turn.state, turn.claimed_until, turn.finished_at) == ("sent", None, NOON)
