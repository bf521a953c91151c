"""Writes parsed markdown as text: plain, or with a messenger's own marks."""

import re
from collections.abc import Sequence

import msgspec
from markdown_it.tree import SyntaxTreeNode

_LINE_END = re.compile(r"\r\n?|\n")
_NOT_SHOWN = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_NOT_COMPARED = re.compile(r"https?://(?:www\.)?|\s|/$", re.IGNORECASE)

# WhatsApp has no escapes. It opens a span after a blank or a sign, in front of what is no blank, so an invisible
# character before a literal mark keeps it literal. Such a reading of its rules:
# https://github.com/mautrix/whatsapp/blob/main/pkg/msgconv/wa-text.go
_OPENS_A_SPAN = re.compile(r"(?<![^\W_])([*_~`])(?=\S.{0,500}?(?<=\S)\1(?![^\W_]))")
_GUARD = "\N{WORD JOINER}"


class Style(msgspec.Struct, frozen=True):
    """The marks around a span of text, "" for none, and whether such marks in the text itself need a guard."""

    strong: str = ""
    em: str = ""
    strike: str = ""
    code: str = ""
    fence: str = ""
    guarded: bool = False


PLAIN = Style()
# https://faq.whatsapp.com/539178204879377/
WHATSAPP = Style(strong="*", em="_", strike="~", code="`", fence="```", guarded=True)


def addressed(text: str, address: str) -> str:
    """What a link shows: "text (address)", or the address alone where the text says the same."""
    shown = _NOT_SHOWN.sub("", address)
    same = _NOT_COMPARED.sub("", text).casefold() in ("", _NOT_COMPARED.sub("", shown).casefold())
    return f"{text} ({shown})" if shown and not same else shown or text


class Writer:
    """Walks a parsed text. Blocks are apart by a blank line where the source has one."""

    def __init__(self, source: str, style: Style) -> None:
        self._lines = _LINE_END.split(source)
        self._style = style

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return self._apart([(node, self._block(node)) for node in nodes])

    def _apart(self, blocks: Sequence[tuple[SyntaxTreeNode, str]]) -> str:
        pieces: list[str] = []
        for node, text in blocks:
            pieces += ["\n\n" if self._after_a_blank_line(node) else "\n", text]
        return "".join(pieces[1:])

    def _after_a_blank_line(self, node: SyntaxTreeNode) -> bool:
        first = node.map[0] if node.map else 0
        return first > 0 and not self._lines[first - 1].strip(" \t>")

    def _block(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "heading":
                text = self._marked(node.children, self._style.strong)
            case "fence":
                text = self._fence(node)
            case "blockquote":
                text = _prefixed(self.blocks(node.children), "> ", "> ")
            case "bullet_list" | "ordered_list":
                text = self._apart([(item, self._item(item)) for item in node.children])
            case "table":
                text = "\n".join(self._row(row) for section in node.children for row in section.children)
            case "hr":
                text = "---"
            case _:  # paragraph
                text = self._inline(node.children)
        return text

    def _item(self, item: SyntaxTreeNode) -> str:
        number = str(item.attrs.get("value", ""))
        sign = f"{number}{item.markup}" if number else item.markup.replace("*", "-")
        return _prefixed(self.blocks(item.children), f"{sign} ", "  ")

    def _row(self, row: SyntaxTreeNode) -> str:
        return " | ".join(self._inline(cell.children) for cell in row.children)

    def _fence(self, node: SyntaxTreeNode) -> str:
        """One word after the opening fence names a language and is left out; more are somebody's text."""
        title = f"{node.info.strip()}\n" if " " in node.info.strip() else ""
        code = title + node.content.removesuffix("\n")
        fence = self._style.fence
        return f"{fence}\n{code}\n{fence}" if fence and fence not in code else code

    def _inline(self, nodes: Sequence[SyntaxTreeNode], within: str = "") -> str:
        """`within`: the marks in force, which are not opened a second time."""
        return "".join(self._span(node, within) for node in nodes)

    def _span(self, node: SyntaxTreeNode, within: str) -> str:
        match node.type:
            case "inline":
                return self._inline(node.children, within)
            case "strong" | "em" | "s":
                mark = {"strong": self._style.strong, "em": self._style.em, "s": self._style.strike}[node.type]
                return self._marked(node.children, mark, within)
            case "code_inline":
                mark = self._style.code
                return node.content if mark in node.content else f"{mark}{node.content}{mark}"
            case "link" | "image":
                address = node.attrs["href" if node.type == "link" else "src"]
                return addressed(self._inline(node.children, within), str(address))
            case "softbreak" | "hardbreak":
                return "\n"
            case _:  # text
                return _OPENS_A_SPAN.sub(rf"{_GUARD}\1", node.content) if self._style.guarded else node.content

    def _marked(self, nodes: Sequence[SyntaxTreeNode], mark: str, within: str = "") -> str:
        """Each line is marked by itself, since WhatsApp's spans end with the line."""
        text = self._inline(nodes, within + mark)
        if not mark or mark in within:
            return text
        return "\n".join(f"{mark}{line}{mark}" if line else line for line in text.split("\n"))


def _prefixed(text: str, first: str, others: str) -> str:
    lines = (f"{others}{line}" if line else others.rstrip() for line in text.split("\n"))
    return first + "\n".join(lines).removeprefix(others)
