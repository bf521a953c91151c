"""What a newcomer gets wrong on the command line, and what it says then: what to do, in plain words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from click import testing
from click.testing import CliRunner, Result

from infra.cli.main import parley
from infra.cli.tables import table
from tests.stories.test_ingest import ingest

ROOT = Path(__file__).parents[2]


def run(data: Path, *words: str, input_: str = "", columns: int = 80) -> Result:
    """As a terminal of so many columns shows it."""
    runner = CliRunner(env={"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"})
    return runner.invoke(parley, ["--data", str(data), *words], input=input_)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("documents", "add", "/nope"), "Path '/nope' does not exist."),
        (("ingest", str(ROOT / "README.md")), "is a document, not an event of a provider: `parley documents add"),
        (("chat", "--from", "foo"), "foo is not a phone number with its country code, like +1"),
        (("chat", "--channel", "email", "--from", "+14255550100"), "is not a mail address, like ana@"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy_and_makes_nothing(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    result = run(tmp_path / "data", *words, columns=200)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "data").exists()


def test_documents_beside_events_in_a_folder_are_no_events(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    (folder / "README.md").write_text("# Events\n")
    (folder / "sms.json").write_bytes((ROOT / "tests/events/sms_question.json").read_bytes())
    result = run(tmp_path / "data", "ingest", str(folder))
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)


def test_exit_ends_a_chat_in_the_terminal_and_is_a_message_in_a_pipe(tmp_path: Path) -> None:
    assert "parley ›" in run(tmp_path / "piped", "chat", input_="exit\n").stdout
    with patch.object(testing._NamedTextIOWrapper, "isatty", lambda _: True):
        ended = run(tmp_path / "typed", "chat", input_="Exit\nWhen are you open?\n")
    assert ended.exit_code == 0
    assert "parley ›" not in ended.stdout


@pytest.mark.parametrize("words", [("query",), ("doctor", "--all"), ("templates", "list")])
def test_lists_stay_tables_on_eighty_columns(tmp_path: Path, words: tuple[str, ...]) -> None:
    shown = run(tmp_path, *words).stdout.splitlines()
    assert shown[0].split()[0] in ("name", "setting", "template")
    assert not any(line.startswith("─") for line in shown)
    assert max(map(len, shown)) <= 80
    names = [line.split()[0] for line in run(tmp_path, *words, columns=400).stdout.splitlines()]
    assert names == [line.split()[0] for line in shown if not line.startswith(" ")]


def test_a_table_whose_words_do_not_fit_is_shown_as_blocks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table([{"id": "a" * 32, "other": "b" * 32, "words": "c " * 40}], "table", empty="")
    assert capsys.readouterr().out.startswith("─ 1")


def test_the_doctor_begins_with_its_verdict_and_lists_what_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "documents", "add", str(ROOT / "infra/local/samples"))
    monkeypatch.setenv("PARLEY_SETTLE_S", "2")
    result = run(tmp_path, "doctor")
    assert result.output.startswith("✓ nothing is missing\n")
    assert [line.split()[0] for line in result.stdout.splitlines() if line.startswith("PARLEY_")] == ["PARLEY_SETTLE_S"]
    assert "settings keep their default; `parley doctor --all` lists them." in result.stderr
    monkeypatch.setenv("PARLEY_SETTEL_S", "2")
    assert run(tmp_path, "doctor").output.startswith("✗ PARLEY_SETTEL_S is no setting of Parley")


def test_why_a_replay_would_end_the_same_is_not_said_twice(tmp_path: Path) -> None:
    ingest(tmp_path, input_=b"{")
    shown = run(tmp_path, "rejected", "list", columns=300)
    assert shown.stdout.count("is not JSON") == 1
    assert "because" not in shown.stdout


def test_demo_data_then_report_as_the_help_says_has_something_to_show(tmp_path: Path) -> None:
    filled = run(tmp_path / "demo", "demo-data", "--days", "1", "--turns-per-day", "20")
    assert filled.exit_code == 0, filled.output
    assert f"Next: parley --data {tmp_path / 'demo'} report" in filled.stderr
    page = tmp_path / "report.html"
    made = run(tmp_path / "demo", "report", "--out", str(page))
    assert "No rows in this period" not in made.stderr
    assert "Nothing happened in this period" not in page.read_text("utf-8")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    last = run(tmp_path / "demo", "query", "SELECT max(hour) FROM events", "--format", "csv").stdout
    assert f"{yesterday:%Y/%m/%d}" in last


def test_the_command_that_an_empty_report_names_shows_what_there_is(tmp_path: Path) -> None:
    run(tmp_path / "demo", "demo-data", "--days", "1", "--turns-per-day", "20", "--until", "2026-06-27")
    empty = run(tmp_path / "demo", "report", "--out", str(tmp_path / "empty.html"))
    told = next(line for line in empty.stderr.splitlines() if line.startswith("No rows in this period."))
    program, *words = told[told.index(": parley ") + 2 :].split()
    assert program == "parley"
    page = tmp_path / "page.html"
    shown = CliRunner().invoke(parley, [*words, "--out", str(page)])
    assert shown.exit_code == 0, shown.output
    assert "No rows in this period" not in shown.stderr
