"""Ctrl-C ends the server within five seconds, whatever it is doing, and what was acknowledged is kept."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from infra.local.deployment import Deployment
from orchestrator.settings import Settings
from tests.stories.test_kill import wait_until_healthy

ROOT = Path(__file__).parents[2]
WITHIN_S = 5.0
# What hangs in the server's process, by its name. Python code that never rests, and a call that never comes back.
HANGS = {
    "an answerer that waits": "DocumentsAnswerer.answer = lambda *_: time.sleep(600)",
    "an answerer that computes": "DocumentsAnswerer.answer = lambda *_: any(n < 0 for n in itertools.count())",
    "a flush of the lake": "LakeWriter.flush = lambda *_: time.sleep(600)",
    "a store that is closed": "Deployment.close = lambda *_: time.sleep(600)",
}
PROGRAM = """
import itertools, signal, time
from infra.cli.main import main
from infra.local.deployment import Deployment
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from transformer.lake.lake import LakeWriter
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without it
{hang}
main()
"""


@contextmanager
def server(data: Path, hang: str = "") -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-c", PROGRAM.format(hang=hang), "--data", str(data), "serve", "--port", "0"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            assert process.stdout
            address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
            wait_until_healthy(address)
            yield process, int(address.rpartition(":")[2])
        finally:
            process.kill()


def write(data: Path, port: int) -> None:
    """A customer's message, acknowledged."""
    headers = {"Authorization": f"Bearer {token(data)}"}
    question = {"text": "When are you open?"}
    response = httpx.post(f"http://127.0.0.1:{port}/api/messages", json=question, headers=headers)
    assert response.status_code == 202


def token(data: Path) -> str:
    kept = data / "api.token"
    return kept.read_text() if kept.exists() else ""


def ends_after(process: subprocess.Popen[str]) -> float:
    """Seconds from one interrupt to the end of the process."""
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    return time.monotonic() - started


@pytest.mark.parametrize("hang", HANGS.values(), ids=HANGS.keys())
def test_an_interrupt_ends_the_server_whatever_hangs_in_it(tmp_path: Path, hang: str) -> None:
    with server(tmp_path, hang) as (process, port):
        write(tmp_path, port)
        time.sleep(1.5)  # the answerer, or the flush, is begun
        assert ends_after(process) < WITHIN_S
    with Deployment(tmp_path, Settings()) as deployment:
        assert deployment.store.conversations.counts()["messages"] == 1


def test_an_interrupt_ends_the_server_while_a_client_sends_its_body_slowly(tmp_path: Path) -> None:
    with server(tmp_path) as (process, port), socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(
            b"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + f"Authorization: Bearer {token(tmp_path)}\r\n".encode()
            + b'Content-Length: 1000\r\n\r\n{"text": "'
        )
        time.sleep(0.5)
        assert ends_after(process) < WITHIN_S


def test_an_interrupt_ends_an_idle_server_in_order(tmp_path: Path) -> None:
    with server(tmp_path) as (process, port):
        write(tmp_path, port)
        assert ends_after(process) < WITHIN_S
    assert list((tmp_path / "lake").rglob("*.parquet"))
