"""Files to documents: which are read, and why one is not."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from orchestrator.answerers.documents.passages import Document, from_html, from_markdown, from_text

READERS: Mapping[str, Callable[[str], Document]] = {
    ".md": from_markdown,
    ".markdown": from_markdown,
    ".html": from_html,
    ".htm": from_html,
    ".txt": from_text,
}


class File(msgspec.Struct, frozen=True):
    """A file of a folder. `name` is its path below that folder, with `/`; for a single file its own name."""

    path: Path
    name: str


class Unreadable(Exception):  # noqa: N818 — it is a finding about a file, told to the operator
    """Why a file is not read; the sentence goes on after its path."""


def files(path: Path) -> Iterator[File]:
    """The file itself, or every file below the folder in the order of their names; hidden ones left out."""
    if not path.is_dir():
        yield File(path.resolve(), path.name)
        return
    for found in sorted(path.rglob("*")):
        below = found.relative_to(path)
        if found.is_file() and not any(part.startswith(".") for part in below.parts):
            yield File(found.resolve(), below.as_posix())


def content(file: File) -> bytes:
    """The bytes of a file whose kind is read. Raises `Unreadable`."""
    if file.path.suffix.lower() not in READERS:
        raise Unreadable(f"is not of a kind that is read: {', '.join(READERS)}")
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def document(file: File, data: bytes) -> Document:
    """The passages of a file that holds `data`, in UTF-8. Raises `Unreadable`, also where there are none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}") from error
    read = READERS[file.path.suffix.lower()](text)
    if not read.passages:
        raise Unreadable("has no text")
    return read
