"""What every command does to its data folder: who only looks makes none, and nobody leaves the database open."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click
import pytest
import uvicorn
from click.testing import CliRunner, Result

from infra.cli.main import COMMANDS, parley
from infra.local.deployment import Deployment
from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings
from tests.kit import chosen, sms_event

TEMPLATE = "sms_event.jinja"

# The words of each command. {made} is a folder that is there, with an event, a document and a template.
LOOKING = {
    "conversations list": (),
    "conversations show": ("sms-0",),
    "quarantine list": (),
    "quarantine release": ("m1",),
    "documents list": (),
    "documents ask": ("When do you open?",),
    "documents test": ("{made}/questions.csv",),
    "evaluate": ("{made}/questions.csv",),
    "documents remove": ("{made}/hours.md",),
    "query": ("SELECT count(*) AS n FROM events",),
    "report": ("--out", "{made}/report.html"),
    "compact": (),
    "rejected list": (),
    "rejected show": ("e1",),
    "rejected replay": (),
    "redrive": ("records",),
    "templates list": (),
    "templates check": (f"{{made}}/{TEMPLATE}",),
    "tokens list": (),
    "tokens remove": ("shop",),
    "sends list": ("--campaign", "spring"),
    "sends show": ("0" * 32,),
    "sends cancel": ("0" * 32,),
    "erase": ("--address", "+14255550100", "--yes"),
    "doctor": (),
}
LOOKING_ELSEWHERE = {"rejected list": ("--from", "{made}"), "rejected replay": ("--from", "{made}", "--dry-run")}
WRITING = {
    "serve": ("--port", "0"),
    "chat": (),
    "tokens add": ("shop", "--scope", "send"),
    "send": ("--to", "sms:+12065550142", "--text", "Your lamp is ready."),
    "ingest": ("{made}/event.json",),
    "documents add": ("{made}/hours.md",),
    "demo-data": ("--days", "1", "--turns-per-day", "1"),
    "import engagement-db": ("{made}",),
}
WITHOUT = {"templates new", "fates"}  # of the data folder it wants to know nothing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "event.json").write_bytes(sms_event("When do you open?"))
    (folder / "hours.md").write_text("# Opening hours\n\nWe open at nine.\n")
    (folder / "questions.csv").write_text("question,expected\nWhen do you open?,Opening hours\n")
    shipped = resources.files("transformer").joinpath("templates", TEMPLATE).read_text("utf-8")
    (folder / TEMPLATE).write_text(f"{shipped}\n")
    return folder


@pytest.fixture(scope="module")
def filled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("filled")
    for name in ("documents add", "ingest"):
        assert run(data, name, WRITING[name], made).exit_code == 0
    return data


@pytest.fixture
def open_now(monkeypatch: pytest.MonkeyPatch) -> set[sqlite3.Connection]:
    """The connections that were opened since, and not closed by anybody."""
    left: set[sqlite3.Connection] = set()

    class Counted(sqlite3.Connection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            left.add(self)

        def close(self) -> None:
            super().close()
            left.discard(self)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=Counted))
    return left


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` opens everything, and ends at once."""
    monkeypatch.setattr(uvicorn.Server, "run", lambda _server, sockets: None)


def run(data: Path, command: str, words: tuple[str, ...], made: Path) -> Result:
    filled_in = [word.format(made=made) for word in words]
    return CliRunner().invoke(parley, ["--data", str(data), *command.split(), *filled_in])


def leaves(group: click.Group, names: Iterator[str]) -> Iterator[str]:
    """Every command by its words, the groups' own ones below them."""
    context = click.Context(group)
    for name in names:
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {each}" for each in leaves(command, iter(command.list_commands(context))))
        else:
            yield name


def test_every_command_is_tried_here() -> None:
    assert sorted(leaves(parley, iter(COMMANDS))) == sorted([*LOOKING, *WRITING, *WITHOUT])


@pytest.mark.parametrize("is_there", [False, True], ids=["missing", "empty"])
@pytest.mark.parametrize(("command", "words"), [*LOOKING.items(), *LOOKING_ELSEWHERE.items()])
def test_a_look_into_nothing_says_what_to_do_and_makes_nothing(
    tmp_path: Path, made: Path, command: str, words: tuple[str, ...], is_there: bool
) -> None:
    data = tmp_path / "typo"
    if is_there:
        data.mkdir()
    result = run(data, command, words, made)
    assert f"there is nothing in {data} yet: begin with `parley serve`" in result.stderr
    assert list(tmp_path.rglob("*")) == [data] * is_there


@pytest.mark.parametrize(("command", "words"), WRITING.items())
def test_what_writes_makes_the_folder(tmp_path: Path, made: Path, command: str, words: tuple[str, ...]) -> None:
    result = run(tmp_path / "new", command, words, made)
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "new").iterdir())


def test_the_doctor_names_a_folder_that_could_not_be_made(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below_a_file = made / "hours.md" / "data"
    assert f"{below_a_file} cannot be used: Not a directory" in run(below_a_file, "doctor", (), made).stderr
    monkeypatch.setattr(os, "access", lambda folder, mode: folder != tmp_path)  # root may write everywhere
    assert f"{tmp_path / 'new'} cannot be used: Permission denied" in run(tmp_path / "new", "doctor", (), made).stderr
    assert list(tmp_path.iterdir()) == []


def test_what_there_is_to_ask_is_told_without_a_folder(tmp_path: Path, made: Path) -> None:
    result = run(tmp_path / "none", "query", (), made)
    assert (result.exit_code, "delivery_by_turn" in result.stdout) == (0, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("command", "words"), [*LOOKING.items(), *LOOKING_ELSEWHERE.items(), *WRITING.items()])
def test_no_command_leaves_the_database_open(
    filled: Path, made: Path, tmp_path: Path, command: str, words: tuple[str, ...], open_now: set[sqlite3.Connection]
) -> None:
    data = tmp_path / "data"
    if command != "demo-data":
        shutil.copytree(filled, data)
    result = run(data, command, words, made)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert open_now == set()


def test_a_deployment_with_a_wrong_setting_leaves_the_database_closed(
    tmp_path: Path, open_now: set[sqlite3.Connection]
) -> None:
    with pytest.raises(ConfigurationError):
        Deployment(tmp_path, chosen(answerers=("nobody",)))
    assert open_now == set()


def test_a_deployment_that_cannot_write_its_lake_leaves_the_database_closed(
    tmp_path: Path, open_now: set[sqlite3.Connection]
) -> None:
    deployment = Deployment(tmp_path, Settings())
    (tmp_path / "lake").touch()
    with pytest.raises(OSError, match="exists"):
        deployment.close()
    assert open_now == set()
