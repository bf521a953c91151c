"""PDF and Word files among the documents: headings, and what a file may not do."""

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.answerers.documents import office
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.office import from_docx, from_pdf
from orchestrator.answerers.documents.passages import Document, Unreadable

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def docx(*paragraphs: tuple[str, str], prolog: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A Word file of paragraphs, each with its style, or ""."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r" Type="' + _RELATION.encode() + b'" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"{prolog}<w:document {_W}><w:body>{body}</w:body></w:document>".encode(),
        "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>".encode(),
        **(more or {}),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue()


def pdf(*lines: tuple[int, str]) -> bytes:
    """A PDF of one page: lines, each with the size of its letters."""
    drawn = "BT " + " ".join(
        f"/F1 {size} Tf 1 0 0 1 50 {800 - 30 * n} Tm ({text}) Tj" for n, (size, text) in enumerate(lines)
    )
    stream = f"{drawn} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF" % len(written)
    return written + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def test_a_word_file_is_read_by_its_heading_styles() -> None:
    document = from_docx(
        docx(
            ("Heading1", "Lamps"),
            ("Heading2", "Care"),
            ("", "Dust the shade."),
            ("Heading2", "Shipping"),
            ("", "By post."),
        )
    )
    assert document.title == "Lamps"
    assert [(each.heading, each.text) for each in document.passages] == [
        ("Care", "Dust the shade."),
        ("Shipping", "By post."),
    ]


def test_a_pdf_is_read_by_the_size_of_its_letters() -> None:
    document = from_pdf(
        pdf(
            (20, "Lamps"),
            (14, "Care"),
            (10, "Dust the shade with"),
            (10, "a dry cloth."),
            (14, "Shipping"),
            (10, "By post."),
        )
    )
    assert document.title == "Lamps"
    assert [(each.heading, each.text) for each in document.passages] == [
        ("Care", "Dust the shade with a dry cloth."),
        ("Shipping", "By post."),
    ]


def test_both_are_added_and_found_like_other_documents(tmp_path: Path) -> None:
    tmp_path.joinpath("a.docx").write_bytes(docx(("Heading1", "Lamps"), ("", "Dust the zebra.")))
    tmp_path.joinpath("B.PDF").write_bytes(pdf((10, "The giraffe leaves on Monday."), (10, "By post.")))
    tmp_path.joinpath("empty.pdf").write_bytes(pdf())
    index = DocumentIndex(tmp_path / "documents.sqlite")
    report = index.add([tmp_path])
    assert len(report.added) == 2
    assert report.refused[str(tmp_path / "empty.pdf")] == "has no text: are its pages pictures?"
    assert index.search("zebra", "en")[0].title == "Lamps"
    assert "giraffe" in index.search("giraffe", "en")[0].text


@pytest.mark.parametrize(
    "data", [b"", b"not a zip", b"PK\x03\x04" * 9, docx()[:200], b"%PDF-1.4\n%%EOF", pdf((1, "a"))[:300]]
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    for read in (from_docx, from_pdf):
        with pytest.raises(Unreadable, match="can be read"):
            read(data)


def test_a_word_file_that_unfolds_too_far_or_has_entities_is_refused() -> None:
    bomb = docx(("", "x"), more={"word/huge.xml": b" " * (office.LARGEST_XML + 1)})
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="unfolds to more than 20 MB"):
        from_docx(bomb)
    with pytest.raises(Unreadable, match="document type"):
        from_docx(docx(("", "&a;"), prolog='<!DOCTYPE d [<!ENTITY a "aaaa">]>'))


def test_a_word_file_nested_without_end_is_refused() -> None:
    nested = f"<w:sdt {_W}><w:sdtContent>" * 20_000 + "</w:sdtContent></w:sdt>" * 20_000
    with pytest.raises(Unreadable, match="can be read"):
        from_docx(docx(more={"word/document.xml": f"<w:document {_W}><w:body>{nested}</w:body></w:document>".encode()}))


def test_a_pdf_of_too_many_pages_or_too_large_a_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf((10, "By post."))
    monkeypatch.setattr(office, "LARGEST_PAGE", 10)
    with pytest.raises(Unreadable, match="has a page of more than"):
        from_pdf(data)
    monkeypatch.setattr(office, "MOST_PAGES", 0)
    with pytest.raises(Unreadable, match="has more than 0 pages"):
        from_pdf(data)


@pytest.mark.parametrize(("package", "read"), [("mammoth", from_docx), ("pypdf", from_pdf)])
def test_without_the_package_the_file_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, read: Callable[[bytes], Document]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Unreadable, match=f"needs {package}, which is not installed: run `make office`"):
        read(b"")
