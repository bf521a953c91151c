"""Files to documents: which are read, and why one is not."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from orchestrator.answerers.documents.office import from_docx, from_pdf
from orchestrator.answerers.documents.passages import Document, Unreadable, from_html, from_markdown, from_text

OF_TEXT: Mapping[str, Callable[[str], Document]] = {
    ".md": from_markdown,
    ".markdown": from_markdown,
    ".html": from_html,
    ".htm": from_html,
    ".txt": from_text,
}
OF_BYTES: Mapping[str, Callable[[bytes], Document]] = {".pdf": from_pdf, ".docx": from_docx}
LARGEST = 50_000_000  # bytes of a file


class File(msgspec.Struct, frozen=True):
    """A file of a folder. `name` is its path below that folder, with `/`; for a single file its own name."""

    path: Path
    name: str


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
    if _kind(file) not in {*OF_TEXT, *OF_BYTES}:
        raise Unreadable(f"is not of a kind that is read: {', '.join((*OF_TEXT, *OF_BYTES))}")
    try:
        if file.path.stat().st_size > LARGEST:
            raise Unreadable(f"has more than {LARGEST // 1_000_000} MB")
        return file.path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def document(file: File, data: bytes) -> Document:
    """The passages of a file that holds `data`. Raises `Unreadable`, also where there are none."""
    kind = _kind(file)
    read = OF_BYTES[kind](data) if kind in OF_BYTES else OF_TEXT[kind](_decoded(data))
    if not read.passages:
        raise Unreadable("has no text" + (": are its pages pictures?" if kind == ".pdf" else ""))
    return read


def _kind(file: File) -> str:
    return file.path.suffix.lower()


def _decoded(data: bytes) -> str:
    """Raises `Unreadable` for what is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}") from error
