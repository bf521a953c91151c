"""What is known here of the sources that answers cite: the documents of this deployment."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.model import Citation


class Sources:
    """The documents as they are now. Of any other source it is known what its citation says."""

    def __init__(self, index: DocumentIndex) -> None:
        self._index = index
        self._texts: dict[str, str | None] = {}
        self._names: dict[str, set[str]] = {}
        for each in index.list():
            for cited in (each.uri, each.name):
                self._names.setdefault(cited, set()).update((each.path, each.name, each.title, Path(each.path).name))

    def names(self, citation: Citation) -> Iterator[str]:
        """What a person may call a source: its title, with or without a heading; its address; its file."""
        yield from (citation.title, citation.title.partition(": ")[0], citation.uri)
        yield PurePosixPath(unquote(urlsplit(citation.uri).path)).name
        yield from self._names.get(citation.uri, ())

    def text(self, citation: Citation) -> str | None:
        """All that the source says; None where that is not known here."""
        if citation.uri not in self._texts:
            self._texts[citation.uri] = self._index.text(citation.uri)
        return self._texts[citation.uri]
