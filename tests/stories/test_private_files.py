"""What people wrote is for the owner of the data folder alone, whatever the umask of the shell."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from click.testing import CliRunner

from infra.cli.main import parley
from infra.local.deployment import Deployment
from orchestrator.settings import Settings
from tests.kit import sms_event
from tests.stories.test_ending import token
from tests.stories.test_kill import wait_until_healthy

ROOT = Path(__file__).parents[2]
USUAL_UMASK = 0o022
COMMANDS = {
    "ingest": ("ingest", "event.json"),
    "query csv": ("query", "SELECT * FROM events", "--out", "rows.csv"),
    "query parquet": ("query", "SELECT * FROM events", "--out", "rows.parquet"),
    "report": ("report", "--out", "report.html"),
    "templates": ("templates", "list"),
    "documents": ("documents", "list"),
}


def started(where: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.cli.main", "--data", str(where / "data"), *words],
        cwd=where,
        umask=USUAL_UMASK,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )


def open_to_others(where: Path) -> Iterator[str]:
    """What somebody else may read, write or enter."""
    for path in sorted(where.rglob("*")):
        if path.stat().st_mode & 0o077:
            yield f"{path.relative_to(where)} {path.stat().st_mode & 0o777:o}"


@pytest.mark.slow
def test_what_commands_write_is_for_their_user_alone(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_bytes(sms_event("When do you open?"))
    event.chmod(0o600)
    for name, words in COMMANDS.items():
        with started(tmp_path, *words) as process:
            process.communicate(timeout=60)
            assert process.returncode == 0, name
    assert {path.suffix for path in tmp_path.rglob("*")} >= {".sqlite3", ".parquet", ".csv", ".html", ".key"}
    assert list(open_to_others(tmp_path)) == []


def test_what_a_server_writes_while_it_runs_is_for_its_user_alone(tmp_path: Path) -> None:
    with started(tmp_path, "serve", "--port", "0") as process:
        try:
            assert process.stdout
            address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
            wait_until_healthy(address)
            allowed = {"authorization": f"Bearer {token(tmp_path / 'data')}"}
            with httpx.Client(base_url=address, headers=allowed) as client:
                client.post("/api/messages", json={"text": "When do you open?"}).raise_for_status()
                until = time.monotonic() + 30
                while client.get("/healthz").json()["rows"] < 5 and time.monotonic() < until:
                    time.sleep(0.2)
            suffixes = {path.suffix for path in tmp_path.rglob("*")}
            assert suffixes >= {".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".parquet"}
            assert list(open_to_others(tmp_path)) == []
        finally:
            process.send_signal(signal.SIGKILL)


def test_a_deployment_opened_by_a_program_makes_a_folder_that_nobody_else_enters(tmp_path: Path) -> None:
    before = os.umask(USUAL_UMASK)
    try:
        Deployment(tmp_path / "data", Settings()).close()
    finally:
        os.umask(before)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_doctor_names_a_folder_that_others_can_enter_and_the_command_that_closes_it(tmp_path: Path) -> None:
    data = tmp_path / "a data folder"
    with Deployment(data, Settings()) as deployment:
        deployment.documents.add([ROOT / "infra/local/samples/en"])
    data.chmod(0o755)
    told = CliRunner().invoke(parley, ["--data", str(data), "doctor"])
    assert told.exit_code == 1
    command = f"chmod -R go= '{data}'"
    assert command in told.stderr
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - as whoever reads it would
    assert CliRunner().invoke(parley, ["--data", str(data), "doctor"]).exit_code == 0
