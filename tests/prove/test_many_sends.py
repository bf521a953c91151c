"""Ten thousand sends by the workers of a server that is killed in the middle: each ends, and each leaves once."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from infra.local.deployment import Deployment, settings_of
from orchestrator.sending.requests import RequestedContent, SendRequest
from tests.stories.test_kill import server

pytestmark = pytest.mark.prove

SENDS = int(os.environ.get("PARLEY_SENDS", "10000"))


def test_every_send_ends_and_each_leaves_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    with Deployment(data, settings_of({})) as deployment:
        for number in range(SENDS):
            _accept(deployment, number)
        started = time.monotonic()
        with server(data) as (process, _):
            _wait(deployment, SENDS // 2)
            process.send_signal(signal.SIGKILL)
        with server(data) as (process, _):
            _wait(deployment, 0)
            memory_mb = _memory_mb(process)
        took = time.monotonic() - started
        refs = Counter(sent.turn_id for sent in deployment.outbox.sent())
        unconfirmed = _unconfirmed(deployment)
    doubled = sum(refs.values()) - len(refs)
    with capsys.disabled():
        print(f"\n{SENDS / took:.0f} sends a second, {memory_mb} MB, {doubled} twice, {unconfirmed} counted")
    assert len(refs) == SENDS
    assert doubled <= unconfirmed <= 16  # one a worker at most


def _accept(deployment: Deployment, number: int) -> None:
    request = SendRequest(to=(f"sms:+1425555{number:05}",), content=RequestedContent(text="Your lamp is ready."))
    made = deployment.requests.accepted(request, caller="prove", now=deployment.clock())
    deployment.dispatcher.accept(*made)


def _wait(deployment: Deployment, unfinished: int) -> None:
    deadline = time.monotonic() + 1200
    while deployment.store.sends.counts()["unfinished_sends"] > unfinished:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _memory_mb(process: subprocess.Popen[str]) -> int:
    """The most that it had, where the system tells."""
    status = Path(f"/proc/{process.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _unconfirmed(deployment: Deployment) -> int:
    """Messages that may have left twice, as the sends themselves count them."""
    found = deployment.store.database.connection().execute("SELECT body FROM sends")
    return sum(b'"unconfirmed":' in body for (body,) in found)
