"""What a customer wrote may drive no operator's terminal, wherever a command tells it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from infra.cli.commands import doctor
from infra.cli.harmless import harmless_json
from infra.cli.main import main, parley
from infra.cli.tables import table
from infra.local.deployment import Deployment
from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings

TITLE = "\x1b]0;mine\x07"  # renames a terminal's window; click strips no more than colours


def run(data: Path, *words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), *words], input=text)


def test_a_question_that_stops_at_a_customers_words_shows_them_as_text(tmp_path: Path) -> None:
    """Its own lines stay lines."""
    Deployment(tmp_path, Settings()).close()
    sql = "SELECT\nCAST(concat('x', chr(27), ']0;mine', chr(7)) AS bigint)\nFROM nothing"
    asked = run(tmp_path, "query", sql.removesuffix("\nFROM nothing"))
    assert "\\x1b]0;mine\\x07" in asked.stderr
    assert "\x1b" not in asked.stderr
    assert "FROM nothing\n       ^" in run(tmp_path, "query", sql).stderr


@pytest.mark.parametrize("width", [200, 80], ids=["side by side", "one below the other"])
def test_the_name_of_a_column_acts_as_little_as_what_is_in_it(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    table([{f"[red]{TITLE}": "a\u202eb", **dict.fromkeys("xyz", "value" * 6)}], "table", empty="")
    shown = capsys.readouterr().out
    assert "[red]\\x1b]0;mine\\x07" in shown
    assert "a\\u202eb" in shown
    assert "\x1b]" not in shown
    assert not {"\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_what_is_for_programs_acts_on_no_terminal_either(tmp_path: Path, format_: str) -> None:
    """A terminal is one end of a pair here; what comes out at the other is what it would have obeyed."""
    Deployment(tmp_path, Settings()).close()
    sql = "SELECT concat('x', chr(27), ']0;mine', chr(7), chr(155), chr(8238)) AS \"\x1b[2J\""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "infra.cli.main", "--data", str(tmp_path), "query", sql, "--format", format_]
    subprocess.run(command, stdout=theirs, check=True, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "]0;mine" in shown
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)


def test_json_says_the_same_with_what_acts_as_escapes() -> None:
    said = {"text": "a\x7fb\x9bc\u202ed\u2028e é 👋"}
    shown = harmless_json(msgspec.json.encode(said))
    assert msgspec.json.decode(shown) == said
    assert shown.decode() == '{"text":"a\\u007fb\\u009bc\\u202ed\\u2028e é 👋"}'


def test_an_answer_in_a_chat_acts_as_little(tmp_path: Path) -> None:
    """Documents, and models, say what they have been told to say."""
    page = tmp_path / "page.md"
    page.write_text(f"# Kettles\n\nKettles whistle {TITLE} loudly.\n")
    run(tmp_path / "data", "documents", "add", str(page))
    told = run(tmp_path / "data", "chat", text="Do kettles whistle?\n").stdout
    assert "whistle" in told
    assert "\x1b]0" not in told


def test_a_conversation_is_shown_as_it_was_written_but_for_what_acts(tmp_path: Path) -> None:
    written = f"Hello{TITLE}\n"
    run(tmp_path, "chat", text=written)
    listed = run(tmp_path, "conversations", "--format", "json").stdout
    (conversation,) = [each for each in listed.split('"') if each.startswith("sms-")]
    shown = run(tmp_path, "conversations", "show", conversation).stdout
    assert "Hello\\x1b]0;mine\\x07\n" in shown
    assert "\x1b" not in shown


def test_a_file_that_cannot_be_imported_is_named_as_text(tmp_path: Path) -> None:
    bad = tmp_path / "old" / "events" / f"{TITLE}x"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"not Parquet")
    told = run(tmp_path, "import", "engagement-db", str(tmp_path / "old")).stderr
    assert "is no Parquet file" in told
    assert "\x1b" not in told


def test_a_setting_that_cannot_be_used_is_told_as_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConfigurationError(f"no stack {TITLE}")

    monkeypatch.setattr(doctor.command, "callback", refuse)
    monkeypatch.setattr("sys.argv", ["parley", "doctor"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err == "Error: no stack \\x1b]0;mine\\x07\n"
