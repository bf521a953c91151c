"""Which passages mean what a question means. Their vectors are kept with them, made once."""

import sqlite3
from typing import Any

import msgspec

from orchestrator.answerers.documents.matching import Match
from orchestrator.answerers.documents.meaning import Meaning

AT_ONCE = 200  # passages that are understood in one go: bounds memory


class Alike(msgspec.Struct, frozen=True):
    """A passage, and how much the whole of it and its heading alone mean what is asked, each -1 to 1."""

    match: Match  # by no word: its coverage is 0
    whole: float
    heading: float


def understand(connection: sqlite3.Connection, meaning: Meaning) -> None:
    """Make the vectors that are missing, or that another model made."""
    missing = connection.execute(
        "SELECT passages.id, documents.title, passages.heading, passages.text FROM passages"
        " JOIN documents ON documents.path = passages.path"
        " LEFT JOIN meanings ON passage = passages.id AND model = ? WHERE passage IS NULL",
        (meaning.name,),
    ).fetchall()
    for begin in range(0, len(missing), AT_ONCE):
        some = missing[begin : begin + AT_ONCE]
        wholes = meaning.vectors([f"{heading}. {text}" if heading else text for _, _, heading, text in some])
        headings = meaning.vectors([heading or title for _, title, heading, _ in some])
        connection.executemany(
            "INSERT OR REPLACE INTO meanings VALUES (?, ?, ?, ?)",
            [
                (passage, meaning.name, whole, heading)
                for (passage, *_), whole, heading in zip(some, wholes, headings, strict=True)
            ],
        )


def alike(connection: sqlite3.Connection, meaning: Meaning, text: str) -> list[Alike]:
    """Every passage that is understood, the nearest first."""
    rows = connection.execute(
        "SELECT passages.id, name, title, uri, passages.heading, passages.text, language, whole, meanings.heading"
        " FROM passages JOIN documents ON documents.path = passages.path JOIN meanings ON passage = passages.id"
    ).fetchall()
    likenesses = meaning.likenesses(text, [vector for row in rows for vector in row[-2:]])
    found = [
        Alike(_by_no_word(*row[:-2]), whole, heading)
        for row, whole, heading in zip(rows, likenesses[::2], likenesses[1::2], strict=True)
    ]
    return sorted(found, key=lambda each: -each.whole)


def _by_no_word(*columns: Any) -> Match:
    passage, name, title, uri, heading, text, language = columns
    return Match(passage, name, title, uri, heading, text, language, coverage=0.0, rank=0.0, weights={})
