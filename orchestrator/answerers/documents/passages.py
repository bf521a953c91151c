"""Documents cut into passages: one per heading, and a long one at its paragraphs.

Markdown is rendered to HTML first, so there is one way to read both; what is a heading in plain text, its lines tell.
"""

import html.parser
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from markdown_it import MarkdownIt

LONGEST = 1200  # characters of a passage, unless one paragraph alone is longer
LONGEST_HEADING = 80  # characters of a line of plain text
_RULE = re.compile(r"([=~_*-])\1{2,}")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "nav", "svg", "iframe", "select", "button"})
_BLOCKS = _HEADINGS | frozenset(
    {"p", "li", "tr", "div", "section", "article", "header", "footer", "main", "aside", "blockquote", "pre", "table"}
    | {"ul", "ol", "dl", "dt", "dd", "figcaption", "br", "hr", "title", "body"}
)


class Unreadable(Exception):  # noqa: N818 — it is a finding about a file, told to the operator
    """Why a file is not read; the sentence goes on after its path."""


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
    """Headings are lines that stand alone, are underlined, or are in capitals above their text (see `_headed`).

    The first one is the title where nothing stands before it.
    """
    headed = [_headed(lines) for lines in _blocks(text)]
    if headed and headed[-1].heading and not headed[-1].text:
        headed[-1] = _Headed("", headed[-1].heading)  # a last line heads nothing: a signature, a date
    return _document(headed)


def from_lines(lines: Iterable[tuple[str, bool]]) -> Document:
    """Each a line, and whether it is a heading. A paragraph goes on until a line ends a sentence."""
    headed: list[_Headed] = []
    goes_on = False
    for line, is_heading in lines:
        if is_heading:
            headed.append(_Headed(line, ""))
        elif goes_on:
            headed[-1] = _Headed("", f"{headed[-1].text} {line}")
        else:
            headed.append(_Headed("", line))
        goes_on = not is_heading and line[-1] not in ".!?…:;"
    return _document(headed)


def _document(headed: Sequence["_Headed"]) -> Document:
    titled = len(headed) > 1 and bool(headed[0].heading) and not headed[0].text
    lines: list[tuple[str, str]] = []
    heading = ""
    for each in headed[titled:]:
        heading = each.heading or heading
        if each.text:
            lines.append((heading, each.text))
    return Document(headed[0].heading if titled else "", "", tuple(_passages(lines)))


class _Headed(msgspec.Struct, frozen=True):
    """Lines of plain text between empty ones."""

    heading: str  # "" where they have none
    text: str  # "" where they are a heading alone


def _blocks(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in (*text.splitlines(), ""):
        if line.strip():
            lines.append(" ".join(line.split()))
        elif lines:
            yield lines
            lines = []


def _headed(lines: Sequence[str]) -> _Headed:
    first, rest = lines[0], lines[1:]
    if rest and _RULE.fullmatch(rest[0]):
        return _Headed(first.strip("# "), " ".join(rest[1:]))
    if may_head(first) and (not rest or first.isupper()):
        return _Headed(first.strip("# "), " ".join(rest))
    return _Headed("", " ".join(lines))


def may_head(line: str) -> bool:
    """Short, no item of a list, and no sentence but a question."""
    return len(line) <= LONGEST_HEADING and not line.startswith(("-", "*", "•")) and line[-1] not in ".,;:!"


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
