"""kill -9 under load: what was acknowledged is answered after the restart, and the lake has every turn once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from infra.local.deployment import Deployment
from orchestrator.settings import Settings

PEOPLE, KILLS = 8, 3


@contextmanager
def server(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`parley serve` on a free port, from its first line to its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.cli.main", "--data", str(data), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    try:
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        wait_until_healthy(address)
        yield process, address
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def as_owner(data: Path) -> dict[str, str]:
    """The header that the server wants of whoever can read its data folder."""
    return {"authorization": f"Bearer {(data / 'api.token').read_text()}"}


def client_of(data: Path, address: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers=as_owner(data))


def wait_until_healthy(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(f"{address}/healthz").raise_for_status()
            return
        time.sleep(0.05)
    raise TimeoutError(address)


def write_until_killed(process: subprocess.Popen[str], client: httpx.Client, seconds: float, seen: list[str]) -> None:
    """Customers write as fast as they can; the ids of acknowledged messages are kept. A slow machine takes longer."""
    end = time.monotonic() + seconds
    number, enough = len(seen), len(seen) + 21 // KILLS + 1
    while time.monotonic() < end or number < enough:
        sender = f"+1425555{number % PEOPLE:04}"
        response = client.post("/api/messages", json={"text": f"When do you open? {number}", "sender": sender})
        assert response.status_code == 202
        seen.append(response.json()["message_id"])
        number += 1
    process.send_signal(signal.SIGKILL)
    process.wait()


def finished(client: httpx.Client, messages: int) -> bool:
    health = client.get("/healthz").json()
    return bool(
        health["messages"] >= messages and not (health["waiting"] or health["unfinished"] or health["wake_ups"])
    )


@pytest.mark.slow
def test_every_acknowledged_message_is_answered_after_kill_9_and_the_lake_equals_the_store(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for kill in range(KILLS):
        with server(tmp_path) as (process, address), client_of(tmp_path, address) as client:
            write_until_killed(process, client, 0.7 + 0.3 * kill, acknowledged)
    with server(tmp_path) as (process, address), client_of(tmp_path, address) as client:
        deadline = time.monotonic() + 60
        while not finished(client, len(acknowledged)):
            assert time.monotonic() < deadline, client.get("/healthz").json()
            time.sleep(0.1)
        time.sleep(1.5)  # rows are visible within a second
        process.send_signal(signal.SIGKILL)

    with Deployment(tmp_path, Settings()) as deployment:
        turns = [
            turn
            for each in deployment.store.conversations.conversations(100)
            for turn in deployment.store.conversations.turns(each.key)
        ]
    answered = Counter(message.message_id for turn in turns for message in turn.messages)
    assert len(acknowledged) > 20
    assert set(acknowledged) <= set(answered)
    assert set(answered.values()) == {1}

    engine = deployment.engine()
    rows = engine.query(
        "SELECT turn_id, count(*) FROM conversations WHERE direction = 'outbound' GROUP BY turn_id"
    ).rows
    assert sorted((str(turn_id), count) for turn_id, count in rows) == sorted((turn.turn_id, 1) for turn in turns)
    ((inbound,),) = engine.query("SELECT count(*) FROM conversations WHERE direction = 'inbound'").rows
    assert inbound == sum(answered.values())
    ((received, distinct),) = engine.query(
        "SELECT count(*), count(DISTINCT message_id) FROM events WHERE direction = 'inbound' AND type = 'message'"
    ).rows
    assert received == distinct == sum(answered.values())
