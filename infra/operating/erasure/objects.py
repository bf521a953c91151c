"""What is kept in one object of a bucket: whose it is, and what is left of it without a person.

*.parquet         rows of the lake: those of others stay
error objects     of Firehose, a JSON document for each record: those of others stay
anything else     a mail, a result of a query: whole, or gone
"""

import gzip
from dataclasses import dataclass
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from infra.operating.erasure.lake import split
from infra.operating.erasure.person import Person
from infra.operating.erasure.rows import Row, Tie
from transformer.json_text import JsonError, parse_documents, to_json_text
from transformer.lake.layout import ENDING

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an object: None for nothing, the content itself where nothing was the person's."""

    content: bytes | None
    removed: int = 0
    rewritten: int = 0


def rows_in(key: str, content: bytes) -> list[Row]:
    """The lake's rows of an object; none where it is no file of the lake."""
    rows: list[Row] = _read(content).to_pylist() if key.endswith(ENDING) else []
    return rows


def without(person: Person, key: str, content: bytes, step: set[Tie]) -> Left:
    """The object without what is tied to the person in one of these ways."""
    if key.endswith(ENDING):
        return _parquet(person, content, step)
    if content.startswith(_GZIP):
        left = _documents(person, key, gzip.decompress(content), step)
        if not left.removed:
            return Left(content)
        return Left(gzip.compress(left.content) if left.content else None, left.removed)
    return _documents(person, key, content, step)


def _parquet(person: Person, content: bytes, step: set[Tie]) -> Left:
    found = _read(content)
    kept, removed, rewritten = split(person, found.to_pylist(), step)
    if not removed and not rewritten:
        return Left(content)
    if not kept:
        return Left(None, removed)
    written = BytesIO()
    pq.write_table(pa.Table.from_pylist(kept, schema=found.schema), written, compression="zstd")
    return Left(written.getvalue(), removed, rewritten)


def _documents(person: Person, key: str, content: bytes, step: set[Tie]) -> Left:
    """Error objects document by document, whatever else as a whole."""
    try:
        documents = parse_documents(content)
    except JsonError:
        documents = []
    if not (documents and all(isinstance(each, dict) and "rawData" in each for each in documents)):
        theirs = _tie(person, content) or ("ids" if _name(key) in person.ids.messages else "")
        return Left(None, 1) if theirs in step else Left(content)
    pieces = [to_json_text(each).encode() + b"\n" for each in documents]
    kept = [each for each in pieces if _tie(person, each) not in step]
    removed = len(pieces) - len(kept)
    return Left(b"".join(kept) or None, removed) if removed else Left(content)


def _tie(person: Person, content: bytes) -> Tie:
    if person.named_in(content):
        return "address"
    return "ids" if person.tied_to(content) else ""


def _name(key: str) -> str:
    """SES names a mail by its message's id."""
    return key.rpartition("/")[2]


def _read(content: bytes) -> pa.Table:
    return pq.ParquetFile(BytesIO(content)).read()
