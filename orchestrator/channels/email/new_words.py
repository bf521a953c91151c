"""The new words of a mail: quoted history, signatures and footers are left out.

One pass, linear in the mail's length. Where in doubt a line stays: an answerer copes with a line too many, not with a
question that is missing.
"""

from orchestrator.channels.email.quotes import history_starts, is_quoted, is_quoted_below
from orchestrator.channels.email.signatures import is_delimiter, is_footer, is_sent_from

_UNSEEN = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # which way text runs
_FENCE = "```"
_WRAPPED = 60  # characters: a quoted line at least so long may have been broken in two by the sending program


def new_words(text: str) -> str:
    """The person's own lines, as they stand. "" where all of it is quoted."""
    lines = [
        line.replace("\u00a0", " ").rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    starts = history_starts([line.translate(_UNSEEN) for line in lines])
    code = _code(lines)
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if index in code:
            kept.append(lines[index])
        elif index in starts:
            if any(line.strip() for line in kept) and not is_quoted_below(lines, starts[index]):
                break
            index = starts[index]
            continue
        elif is_delimiter(lines[index]) or is_footer(lines, index):
            break
        elif not is_quoted(lines[index]) and not is_sent_from(lines, index) and not _runs_on(lines, index):
            kept.append(lines[index])
        index += 1
    return "\n".join(kept).strip("\n").rstrip()


def _code(lines: list[str]) -> set[int]:
    """The lines of fenced code, fences included: whatever stands there was written on purpose."""
    fences = [index for index, line in enumerate(lines) if line.startswith(_FENCE)]
    return {line for first, last in zip(fences[::2], fences[1::2], strict=False) for line in range(first, last + 1)}


def _runs_on(lines: list[str], index: int) -> bool:
    """Whether the line is the rest of a quoted one: long lines above it, a quoted one below, and no blank between."""
    if not 0 < index < len(lines) - 1 or not lines[index].strip():
        return False
    above, below = lines[index - 1], lines[index + 1]
    return is_quoted(above) and is_quoted(below) and len(above) >= _WRAPPED and not above.endswith((".", "?", "!", ":"))
