"""`parley evaluate`: answerers judged before customers meet them, on the command line and in pipelines."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

from infra.cli.main import parley
from infra.local.deployment import Deployment
from orchestrator.answerers.answerer import Answerer
from orchestrator.errors import ConfigurationError
from orchestrator.model import Answer, Citation, Pass, Question
from tests.fakes.openai import KEY, MODEL, Reply, completion, serving
from tests.lake_rows import row, write
from transformer.schema import Values

LAMPS = "# Lamps\n\n## Care\n\nDust the shade with a dry cloth.\n\n## Shipping\n\nLamps leave on Mondays.\n"
HOSTILE = "</style><script>alert(1)</script>\x1b[2J\u202e"
SET = (
    "question,expected,contains\n"
    "dry cloth for the shade?,lamps.md,dry cloth\n"
    "quantum bananas,,\n"
    "when do lamps leave?,lamps.md,Tuesdays\n"
)

Given: TypeAlias = dict[str, Any]


def run(data: Path, *arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(parley, ["--data", str(data), "evaluate", *arguments])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "lamps.md").write_text(LAMPS)
    (tmp_path / "set.csv").write_text(SET)
    added = CliRunner().invoke(
        parley, ["--data", str(tmp_path / "data"), "documents", "add", str(tmp_path / "lamps.md")]
    )
    assert added.exit_code == 0
    return tmp_path / "data"


@pytest.fixture
def set_(data: Path) -> str:
    return str(data.with_name("set.csv"))


class Model:
    """Stands for an answerer that costs something, and always answers."""

    name = "language_model"

    def answer(self, question: Question) -> Answer | Pass:
        cited = Citation("Lamps: Care", "lamps.md", "Dust the shade with a dry cloth.")
        return Answer(f"A dry cloth. {HOSTILE}", self.name, citations=(cited,), input_tokens=1000, output_tokens=100)


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Deployment.answerers

    def answerers(self: Deployment, names: Sequence[str] = ()) -> list[Answerer]:
        return [Model()] if tuple(names) == ("language_model",) else own(self, names)

    monkeypatch.setattr(Deployment, "answerers", answerers)


def test_a_set_is_counted_and_what_is_not_as_expected_is_listed(data: Path, set_: str) -> None:
    result = json.loads(run(data, set_, "--answerers", "documents", "--format", "json").stdout)
    assert {name: result[name] for name in ("n", "right", "wrong", "passed", "rightly_passed")} == {
        "n": 3,
        "right": 1,
        "wrong": 1,
        "passed": 1,
        "rightly_passed": 1,
    }
    assert (result["cost"], result["groundedness"], result["against"]) == (0, 1, None)
    assert result["latency_ms"].keys() == {"median", "p95"}
    (difference,) = result["differences"]
    assert (difference["row"], difference["expected"], difference["answered"]["outcome"]) == (
        4,
        'lamps.md: "Tuesdays"',
        "wrong",
    )
    shown = run(data, set_).stdout
    assert "when do lamps leave?" in shown
    assert "documents" in shown


def test_the_exit_status_tells_a_pipeline_what_to_do(data: Path, set_: str) -> None:
    run(data, set_, "--min-right", "0.66", status=0)
    run(data, set_, "--min-right", "0.67", status=1)
    run(data, set_, "--answerers", "nobody", status=2)
    run(data, status=2)
    run(data, set_, "--from-lake", "2h", status=2)
    run(data, set_, "--price", "documents=free", status=2)
    run(data, set_, "--answerers", ",", status=2)
    data.with_name("empty.csv").write_text("question\n")
    run(data.with_name("no-data"), set_, status=2)
    assert "has no question" in run(data, str(data.with_name("empty.csv")), status=2).stderr


@pytest.mark.usefixtures("with_model")
def test_two_are_compared_and_the_one_that_answers_what_it_should_pass_is_worse(data: Path, set_: str) -> None:
    words = (set_, "--answerers", "language_model", "--against", "documents", "--format", "json")
    result = json.loads(run(data, *words, status=1).stdout)
    assert (result["cost"], result["against"]["cost"]) == ("unknown", 0)
    (difference,) = result["differences"]
    assert (difference["question"], difference["change"]) == ("quantum bananas", "worse")
    assert (difference["answered"]["outcome"], difference["against"]["outcome"]) == ("wrong", "passed")
    priced = json.loads(run(data, *words, "--price", "language_model=3,15", status=1).stdout)
    assert priced["cost"] == 0.0135
    run(data, set_, "--answerers", "documents", "--against", "language_model", status=0)


@pytest.mark.usefixtures("with_model")
def test_the_page_shows_every_difference_and_no_word_of_an_answer_acts(data: Path, set_: str) -> None:
    out = data / "page.html"
    run(data, set_, "--answerers", "language_model", "--against", "documents", "--html", str(out), status=1)
    text = out.read_text()
    page = LexborHTMLParser(text)
    assert [each.text() for each in page.css("h3")] == ["quantum bananas"]
    assert [each.text() for each in page.css("strong")] == ["worse"]
    assert page.css("script") == []
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert ["\\u202e" in each.text() for each in page.css("blockquote")] == [True]
    (policy,) = (each.attributes["content"] for each in page.css("meta[http-equiv]"))
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_a_judge_behind_an_api_like_openais_is_asked_by_its_own_name(
    data: Path, set_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        server.script += [Reply(completion("NOT_GROUNDED")), Reply(completion("well"))]
        monkeypatch.setenv("PARLEY_OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("PARLEY_OPENAI_MODEL", "another")
        monkeypatch.setenv("PARLEY_OPENAI_KEY", KEY)
        words = (set_, "--answerers", "documents", "--judge", MODEL, "--format", "json")
        result = run(data, *words)
    assert json.loads(result.stdout)["groundedness"] == 0
    assert f"{MODEL} did not judge 1 of the answers" in result.stderr
    assert (len(server.requests), server.wrong) == (2, [])


def test_a_setting_that_turns_out_wrong_when_asked_is_wrong_use(
    data: Path, set_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: object) -> Answer:
        raise ConfigurationError("the model does not exist")

    monkeypatch.setattr("orchestrator.answerers.documents.answerer.DocumentsAnswerer.answer", answer)
    assert "the model does not exist" in run(data, set_, status=2).stderr


def test_what_people_asked_is_asked_again_and_held_against_what_they_were_answered(data: Path) -> None:
    now = datetime.now(UTC)
    cited = json.dumps({"title": "Lamps: Care", "uri": "lamps.md"})
    turns: list[tuple[str, str, Given]] = [
        ("cloth", "dry cloth for the shade?", {"source": "documents", "message": "Dust.", "citations": [cited]}),
        ("model", "lamps leave on which days?", {"source": "language_model", "message": "Lamps leave on Mondays."}),
        ("pass", "quantum bananas", {"source": "handoff", "message": "Somebody will write to you."}),
        ("stop", "STOP", {"source": "consent", "message": "You will get no more."}),
    ]
    rows = list[Values]()
    for number, (turn, question, answered) in enumerate(turns):
        said: Given = {"turn_id": turn, "conversation_id": turn, "channel": "text", "occurred_at": number}
        asked = row("conversations", **said, event_id=f"{turn}-0", direction="inbound", message=question)
        rows += [asked, asked, row("conversations", **said, event_id=f"{turn}-1", direction="outbound", **answered)]
    write(data / "lake", "conversations", rows, hour=now)
    result = json.loads(run(data, "--from-lake", "2h", "--format", "json").stdout)
    assert (result["n"], result["right"], result["rightly_passed"], result["differences"]) == (3, 2, 1, [])
    write(data / "lake", "conversations", [], hour=now)
    assert "nobody asked anything" in run(data, "--from-lake", "2h", status=2).stderr
