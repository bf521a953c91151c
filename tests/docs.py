"""What the README shows of the program, made by the program: called from the README's own generating comments."""

import shlex
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import click
import msgspec
from click import testing
from click.testing import CliRunner

from infra.cli.main import COMMANDS, parley
from orchestrator.settings import described
from queries.catalogue.entries import Catalogue
from tests.bench.figure import Figure
from transformer.sources import SOURCES

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "infra/local/samples"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table."""
    lines = [header, ["---" for _ in header], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def settings() -> str:
    """Every setting of the hub."""
    rows = [(f"`{each.variable}`", f"`{each.default}`" if each.default else "", each.meaning) for each in described()]
    return table(("setting", "default", "meaning"), rows)


def commands() -> str:
    """Every command."""
    return table(("command", "what it does"), [(f"`parley {name}`", text) for name, text in COMMANDS.items()])


def sources() -> str:
    """Every kind of event the lake knows."""
    return table(("source", "fed by"), [(f"`{each.name}`", each.feed) for each in SOURCES])


def questions() -> str:
    """Every view and question that is shipped."""
    entries = sorted(Catalogue.shipped().entries.values(), key=lambda entry: (entry.kind, entry.name))
    rows = [
        (f"`{each.name}`", each.kind, each.title, ", ".join(f"`{scan.table}`" for scan in each.scans))
        for each in entries
    ]
    return table(("name", "kind", "answers", "reads"), rows)


def aws_calls() -> str:
    """What one message that becomes one turn costs in AWS calls, besides asking and sending."""
    counted = msgspec.json.decode(
        (ROOT / "tests/aws_calls.json").read_bytes(), type=dict[str, dict[str, dict[str, int]]]
    )
    rows = [
        (channel, handler, ", ".join(f"{count} × {name}" for name, count in calls.items()), str(sum(calls.values())))
        for channel, handlers in counted.items()
        for handler, calls in handlers.items()
    ]
    return table(("channel", "handler", "calls", "in all"), rows)


def figures() -> str:
    """What `make bench` measured last."""
    kept = msgspec.json.decode((ROOT / "tests/bench/figures.json").read_bytes(), type=list[Figure])
    return table(("measured", "figure", "target"), [(each.what, each.measured, each.target) for each in kept])


def session(*commands: str, silent: Collection[str] = ()) -> str:
    """A terminal session in a new data folder with the example documents; its conversation key is always the same.

    Of the `silent` commands only the command is shown: what they say is another each time.
    """
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        (data / "conversation.key").write_text("5e" * 32)
        _run(data, "documents", "add", str(SAMPLES))
        said = [(command, _run(data, *_words(command))) for command in commands]
        shown = [f"$ {command}\n{'' if command in silent else text}" for command, text in said]
    return "```console\n" + "\n".join(shown) + "```"


def _words(command: str) -> list[str]:
    program, *words = shlex.split(command)
    if program != "parley":
        raise ValueError(f"only parley's commands are shown, not {program}")
    return words


def _run(data: Path, *words: str) -> str:
    """As a terminal shows it, without its styles."""
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "xterm"})
    with patch.object(testing._NamedTextIOWrapper, "isatty", lambda _: True):
        result = runner.invoke(parley, ["--data", str(data), *words], catch_exceptions=False)
    if result.exit_code:
        sys.exit(f"parley {' '.join(words)} failed:\n{result.output}")
    return click.unstyle(result.stdout)
