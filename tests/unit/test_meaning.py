"""Passages found by what they mean, beside their words."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.meaning import SentenceEncoder
from orchestrator.answerers.documents.nearest import Nearest
from orchestrator.errors import ConfigurationError
from orchestrator.model import Answer, Pass
from tests.unit.test_documents import asking

CARDS = """# Cards

## Lost or stolen card

Block it at once in the app.

## Cash withdrawals

Up to 600 euros a day.
"""


KNOWN = {
    "here": b"theft",
    "stolen": b"theft",
    "robbed": b"theft",
    "robaron": b"theft",
    "withdrawals": b"cash",
    "atm": b"cash",
}


class Concepts:
    """Knows what a few words mean: texts with one concept in common are alike."""

    name = "concepts"

    def __init__(self) -> None:
        self.read: list[str] = []

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        self.read += texts
        return [self._concept(text) for text in texts]

    def likenesses(self, question: str, vectors: Sequence[bytes]) -> list[float]:
        asked = self._concept(question)
        return [float(bool(asked) and vector == asked) for vector in vectors]

    def _concept(self, text: str) -> bytes:
        return next((concept for word, concept in KNOWN.items() if word in text.lower()), b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    folder.mkdir()
    folder.joinpath("cards.md").write_text(CARDS)
    return folder


def test_a_question_without_a_word_in_common_is_answered_by_its_meaning_in_either_language(
    tmp_path: Path, folder: Path
) -> None:
    index = DocumentIndex(tmp_path / "documents.sqlite", Concepts())
    index.add([folder])
    for question in (asking("somebody robbed me"), asking("me robaron", "es")):
        answer = DocumentsAnswerer(index).answer(question)
        assert isinstance(answer, Answer)
        assert answer.text == "Block it at once in the app."
        assert "no word in common, meaning 1.00" in answer.reason
    assert isinstance(DocumentsAnswerer(index).answer(asking("what about the weather")), Pass)


def test_without_a_meaning_words_alone_find(tmp_path: Path, folder: Path) -> None:
    index = DocumentIndex(tmp_path / "documents.sqlite")
    index.add([folder])
    assert isinstance(DocumentsAnswerer(index).answer(asking("somebody robbed me")), Pass)
    assert Nearest(index).passages(asking("somebody robbed me"), 5) == []


def test_what_words_find_is_doubted_where_the_meaning_is_another(tmp_path: Path, folder: Path) -> None:
    index = DocumentIndex(tmp_path / "documents.sqlite", Concepts())
    index.add([folder])
    best, *_ = Nearest(index).passages(asking("withdrawals here"), 5)
    assert best.match.heading == "Lost or stolen card"


def test_vectors_are_made_once_kept_with_the_passages_and_removed_with_them(tmp_path: Path, folder: Path) -> None:
    path, concepts = tmp_path / "documents.sqlite", Concepts()
    DocumentIndex(path).add([folder])  # before there was a meaning
    index = DocumentIndex(path, concepts)
    for _ in range(2):
        index.alike("robbed", 5)
        index.add([folder])
    assert len(concepts.read) == 4, "two passages, each whole and by its heading"
    index.remove([folder])
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM meanings").fetchone() == (0,)
    connection.close()


def test_vectors_of_another_model_are_made_anew(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "documents.sqlite"
    DocumentIndex(path, Concepts()).add([folder])
    other = Concepts()
    other.name = "other"
    assert len(DocumentIndex(path, other).alike("robbed", 5)) == 2
    assert len(other.read) == 4


def test_greetings_have_no_meaning_worth_a_passage(tmp_path: Path, folder: Path) -> None:
    index = DocumentIndex(tmp_path / "documents.sqlite", SentenceEncoder())
    index.add([folder])
    assert DocumentsAnswerer(index).answer(asking("hello, thanks")) == Pass("no document mentions what is asked")


# ── the model ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_the_model_tells_what_is_alike_in_other_words_and_in_the_other_language(encoder: SentenceEncoder) -> None:
    passages = encoder.vectors(["Lost or stolen card", "Opening an account", "Breakfast"])
    for question in ("someone took my wallet with my visa", "me han robado la tarjeta"):
        theft, account, breakfast = encoder.likenesses(question, passages)
        assert theft > account
        assert theft > breakfast


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "ﷺ" * 5000, "👩‍👩‍👧" * 999, "q" * 99_999, "\u0301" * 500])
def test_the_model_reads_whatever_is_written(encoder: SentenceEncoder, text: str) -> None:
    (vector,) = encoder.vectors([text])
    (likeness,) = encoder.likenesses(text, [vector])
    assert -1.01 <= likeness <= 1.01


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text())
def test_any_text_is_most_like_itself(encoder: SentenceEncoder, text: str) -> None:
    (vector,) = encoder.vectors([text])
    assert encoder.likenesses(text, [vector])[0] <= 1.01


def test_without_the_package_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.answerers.documents.meaning.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="make meaning"):
        SentenceEncoder()
