"""PDF and Word files to documents, with pypdf and mammoth: the extra `office`.

A file may be anybody's, so what it may unfold to is bounded before it is read.
"""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

import msgspec

from orchestrator.answerers.documents.passages import Document, Unreadable, from_html, from_lines, may_head

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

LARGEST_XML = 20_000_000  # bytes that a Word file may unfold to, pictures apart, which are not read
MOST_PAGES = 1000
LARGEST_PAGE = 5_000_000  # bytes of the drawing of one page
LARGER = 1.15  # times the size of most letters: a heading's
_NOT_INSTALLED = "needs {}, which is not installed: run `make office`, or pip install 'parley[office]'"
# What readers raise for files that are not what they seem; neither library promises one kind of its own.
_BROKEN = (
    *(ArithmeticError, AttributeError, EOFError, IndexError, LookupError, NotImplementedError, OSError),
    *(RecursionError, TypeError, ValueError, ExpatError, zipfile.BadZipFile, zlib.error),
)


def from_docx(data: bytes) -> Document:
    """Headings are the paragraphs of its heading styles. Raises `Unreadable`."""
    try:
        import mammoth  # noqa: PLC0415 — an extra
    except ModuleNotFoundError as error:
        raise Unreadable(_NOT_INSTALLED.format("mammoth")) from error
    try:
        _check_unfolded(data)
        without_pictures = mammoth.images.img_element(lambda _: {})
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=without_pictures).value
    except _BROKEN as error:
        raise Unreadable(f"is no Word file that can be read: {_told(error)}") from error
    return from_html(html)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _check_unfolded(data: bytes) -> None:
    """No more than the bound, and no entities: those unfold later. Raises `Unreadable`."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [each for each in package.infolist() if each.filename.endswith((".xml", ".rels"))]
        if sum(each.file_size for each in parts) > LARGEST_XML:
            raise Unreadable(f"unfolds to more than {LARGEST_XML // 1_000_000} MB")
        for part in parts:
            if b"<!DOCTYPE" in package.read(part):
                raise Unreadable("has a document type, which no Word file has")


class _Line(msgspec.Struct, frozen=True):
    text: str
    size: float  # of most of its letters


def from_pdf(data: bytes) -> Document:
    """Headings are short lines in larger letters than most. Raises `Unreadable`."""
    try:
        from pypdf import PdfReader  # noqa: PLC0415 — an extra
        from pypdf.errors import PyPdfError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise Unreadable(_NOT_INSTALLED.format("pypdf")) from error
    try:
        return _of_lines(list(_lines(PdfReader(io.BytesIO(data)))))
    except (PyPdfError, *_BROKEN) as error:
        raise Unreadable(f"is no PDF that can be read: {_told(error)}") from error


def _lines(reader: "PdfReader") -> Iterator[_Line]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("is locked with a password")
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(f"has more than {MOST_PAGES} pages")
    for page in reader.pages:
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > LARGEST_PAGE:
            raise Unreadable(f"has a page of more than {LARGEST_PAGE // 1_000_000} MB")
        yield from _lines_of(page)


def _lines_of(page: "PageObject") -> Iterator[_Line]:
    written: list[tuple[str, float]] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: object, size: float) -> None:
        """`cm` and `tm` are the matrices of the page and of the text; their fourth numbers scale heights."""
        written.append((text, round(abs(size * tm[3] * cm[3]), 1)))

    page.extract_text(visitor_text=visit)
    sizes: Counter[float] = Counter()
    line = ""
    for text, size in (*written, ("\n", 0.0)):
        for number, piece in enumerate(text.split("\n")):
            if number and line.strip():
                yield _Line(" ".join(line.split()), sizes.most_common(1)[0][0] if sizes else 0.0)
            if number:
                line, sizes = "", Counter()
            line += piece
            if piece.strip():
                sizes[size] += len(piece)


def _of_lines(lines: Sequence[_Line]) -> Document:
    """The first heading is the title where another follows."""
    sizes: Counter[float] = Counter()
    for each in lines:
        sizes[each.size] += len(each.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    return from_lines([(each.text, each.size > LARGER * usual and may_head(each.text)) for each in lines])
