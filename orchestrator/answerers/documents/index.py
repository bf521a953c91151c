"""Documents in an SQLite full-text index: one file, safe to read and write from several threads and processes."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from orchestrator.answerers.documents.files import files
from orchestrator.answerers.documents.index_database import Outcome, add, opened, remove
from orchestrator.answerers.documents.likening import Alike, alike, understand
from orchestrator.answerers.documents.matching import Match, matches
from orchestrator.answerers.documents.meaning import Meaning
from orchestrator.answerers.documents.passages import Unreadable
from orchestrator.answerers.documents.vocabulary import Vocabulary
from orchestrator.model import Language


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

    Every call raises `ConfigurationError` when the file cannot be used, `UpstreamError` when it stays locked. Without
    `meaning` passages are found by their words alone.
    """

    def __init__(self, path: Path, meaning: Meaning | None = None) -> None:
        self.path = path
        self.meaning = meaning

    def add(self, paths: Iterable[Path]) -> Report:
        """Read files, and folders with all below them. A file whose content is known already costs nothing."""
        outcomes: dict[Outcome, list[str]] = {"added": [], "changed": [], "unchanged": []}
        refused: dict[str, str] = {}
        with opened(self.path) as connection:
            for file in (file for path in paths for file in files(path)):
                try:
                    outcomes[add(connection, file)].append(str(file.path))
                except Unreadable as error:
                    refused[str(file.path)] = str(error)
            if self.meaning:
                understand(connection, self.meaning)
        return Report(
            added=tuple(outcomes["added"]),
            changed=tuple(outcomes["changed"]),
            unchanged=tuple(outcomes["unchanged"]),
            refused=refused,
        )

    def list(self) -> tuple[Listed, ...]:
        """Every document of the index, in the order of their paths."""
        with opened(self.path) as connection:
            rows = connection.execute(
                "SELECT path, name, title, uri, language, (SELECT count(*) FROM passages WHERE path = documents.path)"
                " FROM documents ORDER BY path"
            )
            return tuple(Listed(*row) for row in rows)

    def text(self, cited: str) -> str | None:
        """All that a document says, by the address or the name that its citations have; None where none is called so.

        Documents of one name, in several folders, are one.
        """
        with opened(self.path) as connection:
            found = connection.execute(
                "SELECT heading, text FROM passages JOIN documents USING (path) WHERE ? IN (uri, name)"
                " ORDER BY path, position",
                (cited,),
            ).fetchall()
        return "\n".join(part for passage in found for part in passage) if found else None

    def remove(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """Forget documents, and those below a folder, whether the files are still there or not.

        Returns the paths removed.
        """
        with opened(self.path) as connection:
            known = [path for (path,) in connection.execute("SELECT path FROM documents ORDER BY path")]
            given = [path.resolve() for path in paths]
            gone = [path for path in known if any(Path(path).is_relative_to(each) for each in given)]
            for path in gone:
                remove(connection, path)
        return tuple(gone)

    def search(self, text: str, language: Language, limit: int = 5, before: str = "") -> Sequence[Match]:
        """Passages in `language` that share words with `text`, best first; `before` is the question asked before."""
        (found,) = self.searches([text], language, limit, before)
        return found

    def searches(self, texts: Sequence[str], language: Language, limit: int, before: str) -> Sequence[Sequence[Match]]:
        """The same for each of the `texts`, which are parts of one message."""
        with opened(self.path) as connection:
            vocabulary = Vocabulary(connection, language)
            return [matches(connection, text, language, before, vocabulary)[:limit] for text in texts]

    def alike(self, text: str, limit: int) -> Sequence[Alike]:
        """Passages of any language whose meaning is nearest to that of `text`, best first; none without a meaning.

        What was added before there was a meaning is understood now, once.
        """
        if self.meaning is None:
            return ()
        with opened(self.path) as connection:
            understand(connection, self.meaning)
            return alike(connection, self.meaning, text)[:limit]
