"""Killed before or after any outside call of a send, then woken again: told once, but for the window nobody can close.

The call sites are not listed here: a first run, in which nothing fails, finds them.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.errors import UpstreamError
from orchestrator.sections import changed
from orchestrator.sends import Send
from orchestrator.settings import Settings
from tests.sending import SEND, SendingMachine, a_send
from tests.stories.test_faults import Killed, Killer

SENT_NOT_KEPT = {("provider.send", "after"), ("sends.save", "before")}
BACKENDS = ["sqlite", "dynamodb"]


def surviving(call: Callable[[], object]) -> None:
    with suppress(Killed, UpstreamError):
        call()


def played(path: Path, backend: str, killer: Killer) -> SendingMachine:
    """Three steps: the first fails, the second is never heard of, the third arrives. Each thing is tried again."""
    machine = SendingMachine(path, backend=backend, wrap=killer.wrap)
    for _ in range(2):
        surviving(lambda: accepted_once(machine))
    for _ in range(3):
        surviving(lambda: machine.pass_time(40, tick=10))
    for _ in range(2):
        surviving(lambda: machine.tell(1, "failed"))
    for _ in range(6):
        surviving(lambda: machine.pass_time(40, tick=10))
    for _ in range(2):
        surviving(lambda: machine.tell(3, "delivered"))
    for _ in range(4):
        surviving(lambda: machine.pass_time(70, tick=10))
    return machine


def accepted_once(machine: SendingMachine) -> None:
    """As a caller with a key: what is known is not sent again."""
    if known(machine) is None:
        machine.dispatcher.accept(a_send("sms", "whatsapp", "email"))


def known(machine: SendingMachine) -> Send | None:
    found: Send | None = machine.store.sends.load(SEND)
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_killed_anywhere_each_step_leaves_once(backend: str, tmp_path: Path, aws: None) -> None:
    whole = Killer()
    machine = played(tmp_path / "whole", backend, whole)
    assert [channel for channel, _ in machine.sent] == ["sms", "whatsapp", "email"]
    machine.close()
    doubled = set()
    for number, name in enumerate(whole.names):
        for when in ("before", "after"):
            machine = played(tmp_path / f"{number}-{when}", backend, Killer(number, when))
            send = machine.load()
            assert (send.status, send.is_over) == ("delivered", True), (number, name, when)
            refs = [ref for _, ref in machine.sent]
            assert set(refs) == {f"{SEND}-1", f"{SEND}-2", f"{SEND}-3"}, (number, name, when)
            if len(refs) != 3:
                doubled.add((name, when))
                assert (len(refs), send.unconfirmed) == (4, 1), (number, name, when)
            machine.close()
    assert doubled <= SENT_NOT_KEPT
    assert ("provider.send", "after") in doubled


def test_with_skip_nothing_leaves_twice(tmp_path: Path) -> None:
    whole = Killer()
    played(tmp_path / "whole", "sqlite", whole).close()
    settings = changed(Settings(), unconfirmed_step="skip")
    for number, name in enumerate(whole.names):
        if name == "provider.send":
            machine = SendingMachine(tmp_path / str(number), settings=settings, wrap=Killer(number, "after").wrap)
            surviving(lambda machine=machine: machine.dispatcher.accept(a_send("sms", "whatsapp", "email")))  # type: ignore[misc]
            for _ in range(12):
                surviving(lambda machine=machine: machine.pass_time(40, tick=10))  # type: ignore[misc]
            assert len(machine.sent) == len(set(machine.sent))
            machine.close()
