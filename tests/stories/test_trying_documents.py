"""`parley documents ask` and `parley documents test`: what one's own documents answer, before a customer asks."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import parley
from infra.operating.trying import COLUMNS

LAMPS = "# Lamps\n\n## Care\n\nDust the shade with a dry cloth.\n\n## Shipping\n\nLamps leave on Mondays.\n"


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), "documents", *arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    folder.joinpath("lamps.md").write_text(LAMPS)
    assert run(tmp_path / "data", "add", str(folder)).exit_code == 0
    return tmp_path / "data"


def questions(data: Path, text: str | bytes) -> str:
    file = data.with_name("questions.csv")
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(file)


def test_the_nearest_passages_are_shown_with_their_scores_and_why(data: Path) -> None:
    result = run(data, "ask", "dry cloth for the shade?")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("1.00  lamps.md: Care\n      100% of the question's words\n      | Dust the shade")
    asked = json.loads(run(data, "ask", "does a shade leave on mondays", "--format", "json", "-n", "1").stdout)
    assert (asked["answered"], asked["language"], len(asked["passages"])) == (True, "en", 1)
    assert asked["passages"][0].keys() == {"score", "document", "heading", "text", "why"}


def test_what_is_not_sure_enough_or_not_near_is_said(data: Path) -> None:
    unsure = run(data, "ask", "soaping shades some mondays")
    assert unsure.stderr == 'No answer: the customer is asked whether they meant "Shipping" or "Care".\n'
    nothing = run(data, "ask", "quantum bananas")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "No passage is near" in nothing.stderr


def test_questions_of_a_file_are_counted_right_wrong_and_passed(data: Path) -> None:
    file = questions(
        data,
        "question,expected,contains,language\n"
        "dry cloth for the shade?,lamps.md,dry|cloth,\n"  # right, by its name
        "dry cloth for the shade?,Lamps,,en\n"  # right, by its title
        "dry cloth for the shade?,lamps.md,wet,\n"  # wrong: the words are not in it
        "dry cloth for the shade?,,,\n"  # wrong: it should have been passed
        "quantum bananas,,,\n"  # rightly passed
        "quantum bananas,lamps.md,,es\n",  # passed
    )
    result = run(data, "test", file, "--format", "json")
    assert result.exit_code == 0, result.output
    counted = json.loads(result.stdout)
    assert {name: counted[name] for name in ("n", "right", "wrong", "passed", "rightly_passed")} == {
        "n": 6,
        "right": 2,
        "wrong": 2,
        "passed": 2,
        "rightly_passed": 1,
    }
    assert [each["outcome"] for each in counted["questions"]] == [
        "right",
        "right",
        "wrong",
        "wrong",
        "passed",
        "passed",
    ]
    shown = run(data, "test", file)
    assert "6 questions: 2 right, 2 wrong, 2 passed, 1 of these though a document answers them" in shown.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "row 1 must name the columns question and expected; it names none"),
        ("question\nwhat\n", "row 1 must name the columns question and expected; it names question"),
        ("question,expected,answer\n", "row 1, column answer: there is no such column"),
        ("question,expected\n\n ,lamps.md\n", "row 3, column question: is empty"),
        ("question,expected\nwhat,lamp.md\n", "row 2, column expected: no document, or more than one, is called"),
        ("question,expected,language\nwhat,,fr\n", "row 2, column language: is 'fr'; there is en, es"),
        ("question,expected\nwhat,lamps.md,more\n", "row 2 has 3 cells, and row 1 has 2 columns"),
        ("question,expected\nwhat\n", "row 2 has 1 cells, and row 1 has 2 columns"),
        ('question,expected\n"what,lamps.md\n', "is not CSV"),
        (b"question,expected\nqu\xe9,\n", "is not UTF-8 text: byte"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_row_and_column(data: Path, text: str | bytes, said: str) -> None:
    result = run(data, "test", questions(data, text))
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_the_help_names_every_column(data: Path) -> None:
    said = run(data, "test", "--help").stdout
    assert all(f"\n  {name} " in said for name in COLUMNS)
