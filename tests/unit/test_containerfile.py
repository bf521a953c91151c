"""The Containerfile, where no engine is there to build it: what it copies is here, and what it runs is the program."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from infra.cli.commands.serve import command
from infra.cli.main import parley

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Every instruction with what follows it, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def of(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def test_whatever_is_copied_is_here_and_let_through() -> None:
    sources = [word for rest in of("COPY") if "--from" not in rest for word in shlex.split(rest)[:-1]]
    let_through = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / source).exists() for source in sources)
    assert set(sources) == let_through
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name.rstrip("*") for name in packages} <= set(sources)


def test_both_engines_leave_out_the_same() -> None:
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()


def test_dependencies_come_from_the_lock_by_their_hashes() -> None:
    (installs,) = [rest for rest in of("RUN") if "-r " in rest]
    assert "--require-hashes -r requirements-local.txt" in installs
    (ours,) = [rest for rest in of("RUN") if rest.endswith(" .")]
    assert "--no-deps --no-build-isolation" in ours


def test_the_base_is_pinned_to_a_python_that_is_tried() -> None:
    bases = {rest.split()[0] for rest in of("FROM")}
    assert len(bases) == 1
    tag = re.fullmatch(r"docker\.io/library/python:(3\.\d+)-slim-\w+", bases.pop())
    assert tag
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    assert f"Programming Language :: Python :: {tag[1]}" in classifiers


def test_nobody_is_root_and_what_is_kept_is_in_the_volume() -> None:
    assert of("USER") == ["10001"]
    assert of("VOLUME") == ["/data"]
    names = [name for name, _ in instructions()]
    assert names.index("USER") < names.index("CMD")


def test_the_command_is_the_programs_and_its_variables_are_options_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    (words,) = [json.loads(rest) for rest in of("CMD")]
    assert words == ["parley", "serve"]
    (environment,) = of("ENV")
    given = dict(word.split("=", 1) for word in shlex.split(environment))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    context = command.make_context("serve", words[2:], parent=click.Context(parley))
    assert context.params["host"] == "0.0.0.0"  # noqa: S104 - asked for: the engine publishes the port
    (port,) = of("EXPOSE")
    assert str(context.params["port"]) == port
    (health,) = of("HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/healthz" in health
    with parley.make_context("parley", ["serve"]) as root:
        assert root.params["data"] == Path("/data")
