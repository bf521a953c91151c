"""The tables of a document index, and what is written to them.

Each language has its own FTS5 table, so that a word is rare or common within its language. FTS5 sees terms only
(terms.py), never a text as somebody wrote it. Source: https://www.sqlite.org/fts5.html
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, get_args

from orchestrator.answerers.documents.files import File, content, document
from orchestrator.answerers.documents.passages import Document
from orchestrator.answerers.documents.terms import terms
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.language.detect import detect
from orchestrator.model import Language

Outcome = Literal["added", "changed", "unchanged"]
VERSION = 3  # of the schema, and of how files are cut into passages and terms
BUSY_S = 5.0  # how long to wait for another process that is writing

_MEANINGS = """
CREATE TABLE IF NOT EXISTS meanings (
    passage INTEGER PRIMARY KEY, model TEXT NOT NULL, whole BLOB NOT NULL, heading BLOB NOT NULL
);
"""
_SCHEMA = (
    """
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS documents (
    path TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, uri TEXT NOT NULL, language TEXT NOT NULL,
    digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, position INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_of ON passages (path);
"""
    + _MEANINGS
    + "".join(
        f"""
CREATE VIRTUAL TABLE IF NOT EXISTS terms_{language}
    USING fts5 (title, heading, text, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary_{language} USING fts5vocab (terms_{language}, row);
"""
        for language in get_args(Language)
    )
)
# What is there answers on; without a digest, each file is cut anew when it is added the next time.
_FROM_2 = f"BEGIN IMMEDIATE; {_MEANINGS} UPDATE documents SET digest = ''; PRAGMA user_version = {VERSION}; COMMIT;"  # noqa: S608


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection within a transaction, committed at the end. Makes the file where there is none.

    Raises `ConfigurationError` when the file cannot be used, `UpstreamError` when it stays locked.
    """
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as connection, connection:
            _prepare(connection, path)
            yield connection
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise UpstreamError(f"the document index {path} is locked") from error
        raise ConfigurationError(f"the document index {path} cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(f"the document index {path} cannot be used: {error}") from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(f"{_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version > VERSION:
        raise ConfigurationError(
            f"the document index {path} was made by a newer version of Parley: "
            "use that version, or delete the file and add the documents again"
        )
    elif version == 2:
        connection.executescript(_FROM_2)
    elif version < VERSION:
        raise ConfigurationError(
            f"the document index {path} was made by an older version of Parley: "
            "delete the file and add the documents again"
        )


def add(connection: sqlite3.Connection, file: File) -> Outcome:
    """Read a file, unless what it holds is known. Raises `Unreadable`."""
    data = content(file)
    digest, path = hashlib.sha256(data).hexdigest(), str(file.path)
    known = connection.execute("SELECT digest, name FROM documents WHERE path = ?", (path,)).fetchone()
    if known == (digest, file.name):
        return "unchanged"
    read = document(file, data)
    remove(connection, path)
    _insert(connection, file, read, digest)
    return "changed" if known else "added"


def _insert(connection: sqlite3.Connection, file: File, read: Document, digest: str) -> None:
    title = read.title or file.path.stem.replace("-", " ").replace("_", " ").capitalize()
    language = detect(f"{title}\n{read.text}", None, "en")
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
        (str(file.path), file.name, title, read.uri, language, digest),
    )
    for position, passage in enumerate(read.passages):
        row = connection.execute(
            "INSERT INTO passages (path, position, heading, text) VALUES (?, ?, ?, ?)",
            (str(file.path), position, passage.heading, passage.text),
        ).lastrowid
        seen = [" ".join(terms(text, language)) for text in (title, passage.heading, passage.text)]
        connection.execute(
            f"INSERT INTO terms_{language} (rowid, title, heading, text) VALUES (?, ?, ?, ?)",  # noqa: S608 — a language
            (row, *seen),
        )


def remove(connection: sqlite3.Connection, path: str) -> None:
    """Forget a document, if it is known."""
    for language in get_args(Language):
        statement = f"DELETE FROM terms_{language} WHERE rowid IN (SELECT id FROM passages WHERE path = ?)"  # noqa: S608
        connection.execute(statement, (path,))
    connection.execute("DELETE FROM meanings WHERE passage IN (SELECT id FROM passages WHERE path = ?)", (path,))
    connection.execute("DELETE FROM passages WHERE path = ?", (path,))
    connection.execute("DELETE FROM documents WHERE path = ?", (path,))
