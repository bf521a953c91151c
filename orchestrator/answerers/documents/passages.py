"""Documents cut into passages: one per heading, and a long one at its paragraphs.

Markdown is rendered to HTML first, so there is one way to read both; plain text has no headings but its first line.
"""

import html.parser
from collections.abc import Iterator, Sequence

import msgspec
from markdown_it import MarkdownIt

LONGEST = 1200  # characters of a passage, unless one paragraph alone is longer
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "nav", "svg", "iframe", "select", "button"})
_BLOCKS = _HEADINGS | frozenset(
    {"p", "li", "tr", "div", "section", "article", "header", "footer", "main", "aside", "blockquote", "pre", "table"}
    | {"ul", "ol", "dl", "dt", "dd", "figcaption", "br", "hr", "title", "body"}
)


class Passage(msgspec.Struct, frozen=True):
    """A piece of a document that can stand for itself. Its text is plain, one paragraph or list item a line."""

    heading: str  # "" before the first one
    text: str


class Document(msgspec.Struct, frozen=True):
    """What a file says. `title` is "" where it names none; `uri` only where the page itself names its address."""

    title: str
    uri: str
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)


def from_markdown(text: str) -> Document:
    return from_html(MarkdownIt("commonmark").enable("table").render(text))


def from_html(text: str) -> Document:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Document(reader.title, reader.uri, tuple(_passages(reader.lines)))


def from_text(text: str) -> Document:
    """The first line is the title when an empty line follows it."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.replace("\r\n", "\n").split("\n\n")]
    lines = [("", paragraph) for paragraph in paragraphs if paragraph]
    titled = len(lines) > 1 and len(lines[0][1]) <= 80
    return Document(lines[0][1] if titled else "", "", tuple(_passages(lines[titled:])))


def _passages(lines: Sequence[tuple[str, str]]) -> Iterator[Passage]:
    """Consecutive lines under one heading, as many as fit."""
    heading, text = "", ""
    for line_heading, line in lines:
        if text and (line_heading != heading or len(text) + len(line) > LONGEST):
            yield Passage(heading, text)
            text = ""
        heading, text = line_heading, f"{text}\n{line}" if text else line
    if text:
        yield Passage(heading, text)


class _Reader(html.parser.HTMLParser):
    """Collects (heading, line) pairs. A link keeps its address, for the customer cannot follow a bare word."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.uri = ""
        self.lines: list[tuple[str, str]] = []
        self._heading = ""
        self._words = ""
        self._href = ""
        self._linked_from = 0
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        elif tag in _BLOCKS:
            self._end_line("")
        elif tag == "a":
            self._href = dict(attrs).get("href") or ""
            self._linked_from = len(self._words)
        elif tag == "link" and dict(attrs).get("rel") == "canonical":
            self.uri = dict(attrs).get("href") or ""
        elif tag in {"td", "th"}:
            self._words += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag in _BLOCKS:
            self._end_line(tag)
        elif tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._words += data

    def close(self) -> None:
        super().close()
        self._end_line("")

    def _end_link(self) -> None:
        shown = self._words[self._linked_from :].strip()
        if self._href.startswith(("https://", "http://")) and shown and shown not in self._href:
            self._words += f" ({self._href})"
        self._href = ""

    def _end_line(self, tag: str) -> None:
        line, self._words = " ".join(self._words.split()), ""
        if not line:
            return
        if tag == "title" or (tag == "h1" and not self.lines):
            self.title = line
        elif tag in _HEADINGS:
            self._heading = line
        else:
            self.lines.append((self._heading, line))
