"""`parley doctor` without an account: the settings of the environment."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.main import parley

ROOT = Path(__file__).parents[2]
SHIPPED = ("docs", "infra", "orchestrator", "queries", "transformer")
VARIABLE = re.compile(r"\bPARLEY_[A-Z]+(?:_[A-Z]+)*\b")


def named() -> set[str]:
    """Every variable that the code or the documentation names."""
    texts = [path for folder in SHIPPED for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md"}]
    return {name for path in texts for name in VARIABLE.findall(path.read_text("utf-8"))}


def complaints(data: Path) -> str:
    return CliRunner().invoke(parley, ["--data", str(data), "doctor"]).stderr


def test_no_variable_that_is_read_somewhere_is_called_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in named():
        monkeypatch.setenv(name, "")
    assert "PARLEY_WORKGROUP" in named()
    assert "is no setting of Parley" not in complaints(tmp_path)


def test_a_variable_that_nothing_reads_is_named_with_the_one_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_ANSWERER", "documents")
    assert "PARLEY_ANSWERER is no setting of Parley: did you mean PARLEY_ANSWERERS?" in complaints(tmp_path)


@pytest.mark.parametrize("words", [["doctor", "--aws"], ["doctor"]])
def test_a_profile_that_is_not_there_is_a_gap_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobodys")
    monkeypatch.setenv("PARLEY_ANSWERERS", "language_model")
    monkeypatch.setenv("PARLEY_MODEL_ID", "amazon.nova-lite-v1:0")
    told = CliRunner().invoke(parley, ["--data", str(tmp_path), *words])
    assert told.exit_code == 1
    assert "profile (nobodys) could not be found; `aws configure list-profiles`" in told.stderr
