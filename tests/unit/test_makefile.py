"""`make run` on a machine whose python3 is too old: another beside it is taken, or what to do is said."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
OLD = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12 && exit 0\nexit 1\n'
NEW = '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "made by $0 $*"\nexit 3\n'

pytestmark = pytest.mark.skipif(MAKE is None, reason="no make on this machine")


def made(folder: Path, pythons: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """What make says with no other Python in sight; the virtual environment is never finished."""
    for name, script in pythons.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    for name in ("sh", "touch", "mkdir"):
        (folder / name).symlink_to(str(shutil.which(name)))
    venv = folder / "venv"
    environment = {"PATH": str(folder), "HOME": str(folder)}
    command = [str(MAKE), *words, f"VENV={venv}", f"{venv}/.local"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("beside", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_a_newer_python_beside_one_too_old_is_taken(tmp_path: Path, beside: str) -> None:
    result = made(tmp_path, {"python3": OLD, beside: NEW})
    assert f"made by {tmp_path / beside} -m venv --clear" in result.stdout


def test_python3_is_taken_where_it_is_new_enough(tmp_path: Path) -> None:
    assert f"made by {tmp_path / 'python3'} -m venv" in made(tmp_path, {"python3": NEW, "python3.13": NEW}).stdout


@pytest.mark.parametrize("pythons", [{}, {"python3": OLD}], ids=["none", "old"])
def test_without_one_it_says_what_is_needed_what_was_found_and_how_to_name_another(
    tmp_path: Path, pythons: dict[str, str]
) -> None:
    result = made(tmp_path, pythons)
    assert result.returncode != 0
    assert "Parley needs Python 3.11 or newer." in result.stderr
    assert f"python3 is {'Python 3.10.12' if pythons else 'not there'}." in result.stderr
    assert "make run PYTHON=/path/to/python3.13" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_one_that_is_named_is_the_only_one_tried(tmp_path: Path) -> None:
    result = made(tmp_path, {"mine": OLD, "python3.13": NEW}, "PYTHON=mine")
    assert "Tried mine ; mine is Python 3.10.12." in result.stderr
    assert "made by" not in result.stdout


def test_the_oldest_python_is_the_same_wherever_it_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    make = (ROOT / "Makefile").read_text("utf-8")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in make
    assert f"needs Python {oldest} or newer" in make
    assert f"--python-version {oldest}" in make
    assert f"({oldest} or newer)" in (ROOT / "README.md").read_text("utf-8")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    beside = re.findall(r"python3\.(\d+)", re.search(r"PYTHONS := .*", make)[0])  # type: ignore[index]  # it is there
    assert f"3.{min(map(int, beside))}" == oldest
