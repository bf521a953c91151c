"""The app as it is called: by itself, and by the command line of CDK."""

from pathlib import Path

import pytest

from infra import app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]  # it builds the assets


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARLEY_ASSETS", "placeholder")
    monkeypatch.delenv("CDK_CONTEXT_JSON", raising=False)
    monkeypatch.delenv("CDK_OUTDIR", raising=False)
    monkeypatch.setattr(app, "OUT", tmp_path / "out")


def test_it_writes_the_templates_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app.main(["-c", "stage=test", "-c", "hub.deployed=false"])
    written = {path.name for path in (tmp_path / "out").glob("*.template.json")}
    assert written == {f"parley-test-{stack}.template.json" for stack in ("lake", "sources", "watch")}
    said = capsys.readouterr().out
    assert "parley-test-lake: " in said
    assert "make deploy STAGE=test" in said


def test_the_command_line_of_cdk_says_where_and_reports_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path / "theirs"))
    monkeypatch.setenv("CDK_CONTEXT_JSON", '{"stage": "theirs", "hub.deployed": "false"}')
    app.main([])
    assert (tmp_path / "theirs/parley-theirs-lake.template.json").exists()
    assert capsys.readouterr().out == ""


def test_settings_that_cannot_be_used_end_it_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(["-c", "stage=PROD"])
    assert ended.value.code == 2
    assert "stage='PROD'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
