"""What is found in a text, and the text with something else in its place."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """`text[start:end]` is personal; `kind` says what: PHONE, EMAIL, CARD, IBAN, CODE, or a type of Comprehend's."""

    start: int
    end: int
    kind: str


def replaced(text: str, findings: Iterable[Finding], name: Callable[[str, str], str]) -> str:
    """The text with `name(kind, words)` for each finding. Findings that overlap count as one, of the longest's kind."""
    pieces: list[str] = []
    position = 0
    for start, end, kind in _apart(findings):
        pieces += text[position:start], name(kind, text[start:end])
        position = end
    return "".join([*pieces, text[position:]])


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    apart: list[Finding] = []
    for finding in sorted(findings):
        last = apart[-1] if apart else None
        if last is None or finding.start >= last.end:
            apart.append(finding)
            continue
        longest = max(last, finding, key=lambda each: each.end - each.start)
        apart[-1] = Finding(last.start, max(last.end, finding.end), longest.kind)
    return apart
