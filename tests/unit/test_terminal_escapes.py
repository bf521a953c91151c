"""What a customer wrote may drive no operator's terminal, wherever a command tells it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.commands import doctor
from infra.cli.main import main, parley
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
