"""The words of an HTML mail as plain text, with quoted history marked the way plain mails mark it.

selectolax (Lexbor) was chosen over inscriptis (needs lxml: 5.2 MB zipped against 1.5 MB) and html2text (GPL). It reads
broken HTML as a browser does; what a browser would hide is left out here too.
Source: https://selectolax.readthedocs.io/en/latest/lexbor.html
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 1_000_000  # characters; the words of a person come first, what is beyond is somebody's newsletter
MAX_LEVELS = 500  # of open elements, as in browsers; Lexbor's time grows with the square of them
HISTORY = "-----Original Message-----"  # stands where a mail program says that history begins

_HIDDEN = ", ".join(
    [
        "head, script, style, template, noscript, iframe, object, svg, select, textarea, [hidden]",
        '[style*="display:none" i], [style*="display: none" i], [style*="visibility:hidden" i]',
        # Signatures that the mail program itself marks: Gmail, Outlook, Thunderbird, Windows Mail.
        ".gmail_signature, #Signature, #ms-outlook-mobile-signature, .moz-signature, [data-signatureblock=true]",
    ]
)
# Where Outlook on the web, Outlook for Mac and the Outlooks for Windows (by the rule above the headers) begin history.
_HISTORY = (
    "#divRplyFwdMsg, #OLK_SRC_BODY_SECTION, #mail-editor-reference-message-container, "
    '[style*="border-top:solid #b5c4df" i], [style*="border-top:solid #e1e1e1" i]'
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})  # a blank line before and after
_BLOCKS = _SPACED | frozenset({"address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "figure"})
_BLOCKS |= frozenset({"footer", "form", "header", "hr", "li", "main", "nav", "pre", "section", "tr"})
_BLANKS = re.compile(r"[ \t\n\r\f]+")
# Tags that open or close a level. The others close themselves, or are closed by the next of their kind.
_LEVEL = re.compile(
    r"<(/?)(?!(?:p|li|d[dt]|t[dhr]|br|hr|img|meta|link|input|col|option|area|wbr)\b)[a-z]", re.IGNORECASE
)


def html_to_text(html: str) -> str:
    """Lines of text; quoted ones begin with ">" for each level, list items with "- "."""
    tree = LexborHTMLParser(_bounded(html[:MAX_HTML]))
    writer = _Writer()
    if tree.body is not None:
        hidden = {node.mem_id for node in tree.css(_HIDDEN)}
        history = {node.mem_id for node in tree.css(_HISTORY)}
        for node, entering in _walk(tree.body, hidden):
            if entering and node.mem_id in history:
                writer.line(HISTORY)
            _enclose(writer, node.tag or "", entering)
            if entering:
                _enter(writer, node, node.tag or "")
    return writer.text()


def _bounded(html: str) -> str:
    """The HTML up to where too many elements are open at once."""
    levels = 0
    for tag in _LEVEL.finditer(html):
        levels += -1 if tag[1] else 1
        if levels > MAX_LEVELS:
            return html[: tag.start()]
    return html


def _walk(root: LexborNode, hidden: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Every node when it is entered and left, without recursion: HTML nests as deep as its sender likes."""
    pending = [(root, True)]
    while pending:
        node, entering = pending.pop()
        if node.mem_id in hidden:
            continue
        yield node, entering
        if entering:
            pending.append((node, False))
            child = node.last_child
            while child is not None:
                pending.append((child, True))
                child = child.prev


def _enter(writer: "_Writer", node: LexborNode, tag: str) -> None:
    if node.is_text_node:
        writer.words(_BLANKS.sub(" ", node.text_content or ""))
    elif tag == "br":
        writer.end_line()
    elif tag == "li":
        writer.words("- ")


def _enclose(writer: "_Writer", tag: str, entering: bool) -> None:
    if tag in _BLOCKS:
        writer.block(spaced=tag in _SPACED)
    elif tag == "blockquote":
        writer.quote(1 if entering else -1)
    elif tag in ("td", "th") and not entering:
        writer.words(" ")


class _Writer:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0

    def words(self, text: str) -> None:
        self._line += text if self._line else text.lstrip()

    def end_line(self) -> None:
        self._lines.append((">" * self._quotes + " " + self._line if self._quotes else self._line).rstrip())
        self._line = ""

    def block(self, *, spaced: bool) -> None:
        """Ends the line, if one is begun, and leaves a blank one where blocks are set apart."""
        if self._line.strip():
            self.end_line()
        self._line = ""
        if spaced and self._lines and self._lines[-1].strip("> "):
            self.end_line()

    def line(self, text: str) -> None:
        self.block(spaced=False)
        self._line = text
        self.end_line()

    def quote(self, change: int) -> None:
        self.block(spaced=False)
        self._quotes += change

    def text(self) -> str:
        self.block(spaced=False)
        return "\n".join(self._lines).strip("\n")
