"""Questions that nobody waits for any more: the server goes on beside them, and ends when it is told to."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORGOTTEN = 60
NUMBERS = "UNNEST(sequence(1, 3000000))"
ENDLESS = f"SELECT count_if(x % 7 = y % 11) AS n FROM {NUMBERS} AS a (x) CROSS JOIN {NUMBERS} AS b (y)"  # noqa: S608


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Started, and answering."""
    script = (  # a shell's background job begins without the signal's handler
        "import signal; from infra.cli.main import main;"
        "signal.signal(signal.SIGINT, signal.default_int_handler); main()"
    )
    command = [sys.executable, "-c", script, "--data", str(tmp_path), "serve", "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and healthy_after(port) is None:
            time.sleep(0.2)
        yield process
        process.kill()


def healthy_after(port: int) -> float | None:
    """Seconds until /healthz was answered; None where it was not."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return time.monotonic() - started if connection.getresponse().status == 200 else None
    except OSError:
        return None
    finally:
        connection.close()


def ask(port: int, token: str) -> http.client.HTTPConnection:
    """A question that would take hours; its answer is not waited for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request("POST", "/api/query", json.dumps({"sql": ENDLESS}), headers)
    return connection


@pytest.mark.parametrize("hung_up", [False, True])
def test_the_server_goes_on_beside_forgotten_questions_and_ends_on_one_interrupt(
    server: subprocess.Popen[bytes], port: int, hung_up: bool, tmp_path: Path
) -> None:
    token = (tmp_path / "api.token").read_text()
    with ExitStack() as asked:
        for _ in range(FORGOTTEN):
            asked.enter_context(closing(ask(port, token)))
        if hung_up:
            asked.pop_all().close()
        time.sleep(2)
        took_s = healthy_after(port)
        assert took_s is not None
        assert took_s < 1
        server.send_signal(signal.SIGINT)
        server.wait(timeout=5)
