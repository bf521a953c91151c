"""Where a knowledge base's passages come from.

{"content": {"text": "…"}, "location": {"type": "S3", "s3Location": {"uri": "s3://…"}}, "metadata": {"…": "…"}}
Each kind of location has its own member, holding a `uri`, a `url` or an `id`; one of SQL holds the query, which is no
address. A managed knowledge base gives no location, but metadata of its own.
Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_RetrievalResultLocation.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/kb-managed-test-config.html
"""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from orchestrator.model import Citation

EXCERPT = 500  # characters of a passage that are kept with an answer
_ADDRESSES = ("uri", "url", "id")
_ADDRESS_METADATA = ("x-amz-bedrock-kb-source-uri", "_source_uri")
_TITLE_METADATA = ("title", "_document_title")


class Content(msgspec.Struct):
    text: str = ""  # images and other media have none


class Passage(msgspec.Struct):
    """A piece of a document, as every operation on knowledge bases returns it."""

    content: Content = msgspec.field(default_factory=Content)
    location: Mapping[str, str | Mapping[str, str]] = {}
    metadata: Mapping[str, object] = {}

    @property
    def uri(self) -> str:
        """ "" where the passage tells none."""
        places = [place for place in self.location.values() if isinstance(place, Mapping)]
        located = next((place[name] for place in places for name in _ADDRESSES if name in place), "")
        return located or self._noted(_ADDRESS_METADATA)

    @property
    def title(self) -> str:
        """What a customer may read: the document's title, else its file's name, else what kind of source it is."""
        return self._noted(_TITLE_METADATA) or _file_name(self.uri) or str(self.location.get("type", "")).lower()

    def _noted(self, names: Iterable[str]) -> str:
        found = (self.metadata.get(name) for name in names)
        return next((value for value in found if isinstance(value, str) and value), "")


def citations(passages: Iterable[Passage]) -> tuple[Citation, ...]:
    """Each document once, with the first of its passages."""
    found: dict[tuple[str, str], Citation] = {}
    for passage in passages:
        citation = Citation(passage.title, passage.uri, passage.content.text[:EXCERPT])
        found.setdefault((citation.title, citation.uri), citation)
    return tuple(found.values())


def _file_name(uri: str) -> str:
    """ "Returns policy" for s3://documents/Returns%20policy.md; a site's name for its first page."""
    parts = urlsplit(uri)
    name = unquote(parts.path.rstrip("/").rpartition("/")[2])
    stem, _, extension = name.rpartition(".")
    return stem if stem and extension.isalpha() and len(extension) <= 5 else name or parts.netloc
