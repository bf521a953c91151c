"""Answers are markdown; this turns them into what a channel can show.

CommonMark with tables and strikethrough. What is not clearly markup is text, and comes through as written: HTML, links
that are neither web, mail nor phone, `[1]: definitions` (CommonMark hides them), and indented or underlined lines
(it takes them for code and headings). A line break stays one, a list keeps its numbers. Lone surrogates become U+FFFD,
the sign for what cannot be shown, since no provider's JSON can carry them.
"""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from orchestrator.channels.text.markdown_text import PLAIN, WHATSAPP, Writer, addressed

_DEEPEST = 50  # levels of lists and quotes
_TIMES = re.compile(r"(?<=\d)\*(?=\d)")
_FOLLOWED = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


def to_plain(markdown: str) -> str:
    """Text without marks, for SMS: lists and quotes keep their signs, links show their address, tables are lines."""
    source = _sendable(markdown)
    return Writer(source, PLAIN).blocks(_parse(source).children)


def to_whatsapp(markdown: str) -> str:
    """WhatsApp's own marks. Headings are bold lines, links "text (address)", tables lines."""
    source = _sendable(markdown)
    return Writer(source, WHATSAPP).blocks(_parse(source).children)


def to_html(markdown: str) -> str:
    """An HTML fragment that is safe to mail: no raw HTML, no images, links only to http, https, mailto and tel."""
    tokens = _parse(_sendable(markdown)).to_tokens()
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def _sendable(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _parse(text: str) -> SyntaxTreeNode:
    tokens = _parser().parse(text)
    if any(map(_is_deepest, tokens)):
        # The parser leaves out blocks nested deeper, and marks of emphasis nest without end: nobody's markdown, so the
        # text is shown as it is.
        tokens = MarkdownIt("zero", {"breaks": True}).enable("newline").parse(text)
    tree = SyntaxTreeNode(tokens)
    for node in tree.walk():
        if node.type == "ordered_list":
            _number(node.children)
    return tree


def _is_deepest(token: Token) -> bool:
    return token.level >= _DEEPEST - 1 or any(child.level >= _DEEPEST for child in token.children or ())


def _number(items: Sequence[SyntaxTreeNode]) -> None:
    """Numbers as written (1986. 1990.), counting on where one is repeated: "1. 1. 1." asks for that."""
    written = number = ""
    for item in items:
        number = str(int(number) + 1) if item.info == written else item.info
        written = item.info
        item.attrs["value"] = number


class _Parser(MarkdownIt):
    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "breaks": True, "maxNesting": _DEEPEST})
        self.enable(["table", "strikethrough"]).disable(["reference", "lheading", "code"])
        self.inline.ruler.before("emphasis", "times", _times_is_no_emphasis)
        self.add_render_rule("image", _image_as_text)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return bool(_FOLLOWED.match(url))


def _times_is_no_emphasis(state: StateInline, silent: bool) -> bool:
    """Keeps the asterisks of 2*3*4, which are no emphasis between digits."""
    found = _TIMES.match(state.src, state.pos)
    if found and not silent:
        state.pending += "*"
    state.pos += 1 if found else 0
    return bool(found)


def _image_as_text(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    alternative = renderer.renderInlineAsText(tokens[index].children, options, env)
    return escapeHtml(addressed(alternative, str(tokens[index].attrs["src"])))


@cache
def _parser() -> MarkdownIt:
    return _Parser()
