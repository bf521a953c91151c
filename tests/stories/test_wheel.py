"""A wheel is all that a server needs: what `pipx install` brings serves as a clone does."""

import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, ignore_patterns

import httpx2 as httpx
import pytest

from tests.stories.test_ending import token
from tests.stories.test_kill import wait_until_healthy

ROOT = Path(__file__).parents[2]
PACKAGES = ("infra", "orchestrator", "queries", "transformer")
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing left of an earlier build gets into it."""
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        copytree(ROOT / package, source / package, ignore=ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(built), str(source)], check=True)
    (found,) = built.glob("parley-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone in a folder; what it depends on is that of the environment which tests it."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)], check=True)
    return folder


@contextmanager
def serving(installed: Path, elsewhere: Path) -> Iterator[tuple[int, str]]:
    """The port and the token of a server whose every module and file is the wheel's."""
    environ = {**os.environ, "PYTHONPATH": str(installed), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(installed / "bin" / "parley"), "--data", "data", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=elsewhere) as process:
        try:
            assert process.stdout
            told = next(line for line in process.stdout if "listening at" in line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)", told)
            assert found
            port = int(found[1])
            wait_until_healthy(found[0])
            yield port, token(elsewhere / "data")
        finally:
            process.kill()


def test_every_file_that_is_no_python_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    ours = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert ours - packed == set()
    assert {name.partition("/")[0] for name in packed if ".dist-info/" not in name} == set(PACKAGES)


def test_an_installed_wheel_serves_its_page_and_answers(installed: Path, tmp_path: Path) -> None:
    with (
        serving(installed, tmp_path) as (port, given),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {given}"}) as client,
    ):
        assert client.get("/healthz").json()["status"] == "ok"
        assert "<!doctype html>" in client.get("/").text
        for file in (ROOT / "infra" / "console" / "static").iterdir():
            assert client.get(f"/static/{file.name}").content == file.read_bytes()
        assert client.get("/api/catalogue").json()["entries"]
        question = {"text": "When are you open on Saturday?"}
        assert client.post("/api/messages", json=question).status_code == 202
        assert "Opening hours" in first_reply(client)


def first_reply(client: httpx.Client) -> str:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if replies := client.get("/api/replies").json()["replies"]:
            return str(replies[0]["text"])
        time.sleep(0.05)
    raise TimeoutError
