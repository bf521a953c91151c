"""Documents in an SQLite full-text index: one file, safe to read and write from several threads and processes.

Each language has its own FTS5 table, so that a word is rare or common within its language. FTS5 sees terms only
(terms.py), never a text as somebody wrote it. Source: https://www.sqlite.org/fts5.html
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, get_args

import msgspec

from orchestrator.answerers.document_files import File, Unreadable, content, document, files
from orchestrator.answerers.matching import Match, matches
from orchestrator.answerers.passages import Document
from orchestrator.answerers.terms import terms
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.language import detect
from orchestrator.model import Language

Outcome = Literal["added", "changed", "unchanged"]
VERSION = 1  # of the schema and of what `terms` makes of a text
BUSY_S = 5.0  # how long to wait for another process that is writing

_SCHEMA = """
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
""" + "".join(
    f"""
CREATE VIRTUAL TABLE IF NOT EXISTS terms_{language}
    USING fts5 (title, heading, text, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary_{language} USING fts5vocab (terms_{language}, row);
"""
    for language in get_args(Language)
)


class Listed(msgspec.Struct, frozen=True):
    """One document of the index."""

    path: str  # absolute: what `remove` takes
    name: str
    title: str
    uri: str
    language: Language
    passages: int


class Report(msgspec.Struct, frozen=True):
    """What became of each file, by its absolute path."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: dict[str, str]  # and why


class DocumentIndex:
    """Opens `path` anew for every call, and makes it where there is none.

    Every call raises `ConfigurationError` when the file cannot be used, `UpstreamError` when it stays locked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, paths: Iterable[Path]) -> Report:
        """Read files, and folders with all below them. A file whose content is known already costs nothing."""
        outcomes: dict[Outcome, list[str]] = {"added": [], "changed": [], "unchanged": []}
        refused: dict[str, str] = {}
        with self._open() as connection:
            for file in (file for path in paths for file in files(path)):
                try:
                    outcomes[_add(connection, file)].append(str(file.path))
                except Unreadable as error:
                    refused[str(file.path)] = str(error)
        return Report(
            added=tuple(outcomes["added"]),
            changed=tuple(outcomes["changed"]),
            unchanged=tuple(outcomes["unchanged"]),
            refused=refused,
        )

    def list(self) -> tuple[Listed, ...]:
        """By path."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT path, name, title, uri, language, (SELECT count(*) FROM passages WHERE path = documents.path)"
                " FROM documents ORDER BY path"
            )
            return tuple(Listed(*row) for row in rows)

    def remove(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """Forget documents, and those below a folder, whether the files are still there or not.

        Returns the paths removed.
        """
        with self._open() as connection:
            known = [path for (path,) in connection.execute("SELECT path FROM documents ORDER BY path")]
            given = [path.resolve() for path in paths]
            gone = [path for path in known if any(Path(path).is_relative_to(each) for each in given)]
            for path in gone:
                _remove(connection, path)
        return tuple(gone)

    def search(self, text: str, language: Language, limit: int = 5, before: str = "") -> Sequence[Match]:
        """Passages in `language` that share words with `text`, best first; `before` is the question asked before."""
        with self._open() as connection:
            return matches(connection, text, language, before)[:limit]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection within a transaction, committed at the end."""
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_S)) as connection, connection:
                self._prepare(connection)
                yield connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise UpstreamError(f"the document index {self.path} is locked") from error
            raise ConfigurationError(f"the document index {self.path} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise ConfigurationError(f"the document index {self.path} cannot be used: {error}") from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"{_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise ConfigurationError(
                f"the document index {self.path} was made by another version of Parley: "
                "delete the file and add the documents again"
            )


def _add(connection: sqlite3.Connection, file: File) -> Outcome:
    """Raises `Unreadable`."""
    data = content(file)
    digest, path = hashlib.sha256(data).hexdigest(), str(file.path)
    known = connection.execute("SELECT digest, name FROM documents WHERE path = ?", (path,)).fetchone()
    if known == (digest, file.name):
        return "unchanged"
    read = document(file, data)
    _remove(connection, path)
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


def _remove(connection: sqlite3.Connection, path: str) -> None:
    for language in get_args(Language):
        statement = f"DELETE FROM terms_{language} WHERE rowid IN (SELECT id FROM passages WHERE path = ?)"  # noqa: S608
        connection.execute(statement, (path,))
    connection.execute("DELETE FROM passages WHERE path = ?", (path,))
    connection.execute("DELETE FROM documents WHERE path = ?", (path,))
