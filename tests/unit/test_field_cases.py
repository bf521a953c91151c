"""The runner of field cases tells right from wrong."""

from pathlib import Path

import pytest

from tests.field_cases import main, row_of, rows_of, tried

README = """
| input | command | right value | source |
| --- | --- | --- | --- |
| `a1_robot.eml`, `a2_…_robot.eml` | `parley ingest a1…` | ignored: a no-reply sender | x |
| `b1_words.eml` | `parley ingest b1_words.eml` | the words: Where is it? (no signature) | x |
| `b2_words.eml` | the same | `Where is it?` alone; never its signature | x |
| `c1_stop.eml` | `parley ingest c1…` | opted out | x |
| `d1_to.eml` | `parley ingest d1… c1…` | answered to zoe@person.example | x |
"""
ROWS = list(rows_of(README))


def mail(folder: Path, name: str, sender: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"From: {sender}\nSubject: x\nMessage-ID: <{name}@person.example>\n\n{text}\n")
    return path


@pytest.mark.parametrize(
    ("name", "sender", "text", "right"),
    [
        ("a1_robot.eml", "noreply@person.example", "hi", True),
        ("a2_big_robot.eml", "noreply@person.example", "hi", True),
        ("a1_robot.eml", "zoe@person.example", "hi", False),
        ("b1_words.eml", "zoe@person.example", "Where is it?\n-- \nZoe", True),
        ("b1_words.eml", "zoe@person.example", "Where is she?", False),
        ("b2_words.eml", "zoe@person.example", "Where is it?\n-- \nZoe", True),
        ("c1_stop.eml", "zoe@person.example", "Unsubscribe", True),
        ("c1_stop.eml", "zoe@person.example", "hi", False),
        ("d1_to.eml", "zoe@person.example", "hi", True),
        ("d1_to.eml", "noreply@person.example", "hi", False),
        ("x1_unknown.eml", "zoe@person.example", "hi", None),
    ],
)
def test_a_case_is_right_where_it_is_as_its_row_says(
    tmp_path: Path, name: str, sender: str, text: str, right: bool | None
) -> None:
    path = mail(tmp_path, name, sender, text)
    result = tried(path, row_of(name, ROWS))
    assert (result.case, result.right) == (name, right), result.got


def test_the_exit_status_tells_of_a_wrong_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text(README)
    mail(tmp_path, "b1_words.eml", "zoe@person.example", "Where is it?")
    assert main([str(tmp_path), "--format", "json"]) == 0
    assert '"right": true' in capsys.readouterr().out
    mail(tmp_path, "a1_robot.eml", "zoe@person.example", "hi")
    assert main([str(tmp_path)]) == 1
    assert "WRONG  a1_robot.eml" in capsys.readouterr().out
