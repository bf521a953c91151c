"""The new words of a mail: quoted history, signatures and footers are left out.

One pass, linear in the mail's length. Where in doubt a line stays: an answerer copes with a line too many, not with a
question that is missing.
"""

from orchestrator.channels.email.quotes import history_starts, is_quoted, is_quoted_below
from orchestrator.channels.email.signatures import is_dashed_name, is_delimiter, is_footer, is_sent_from

_UNSEEN = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # which way text runs
_FENCE = "```"
_LINK = ("<http://", "<https://", "<mailto:")
_MOST_WRAPPED = 6  # lines that one quoted line may have become
_WRAPPED = 60  # characters: a quoted line at least so long may have been broken in two by the sending program


def new_words(text: str) -> str:
    """The person's own lines, as they stand. "" where all of it is quoted."""
    lines = [
        line.replace("\u00a0", " ").rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    starts = history_starts([line.translate(_UNSEEN) for line in lines])
    code = _code(lines)
    wrapped = _wrapped(lines)
    end = next((index for index in sorted(starts) if index), len(lines))
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
        elif not (
            is_quoted(lines[index])
            or index in wrapped
            or is_sent_from(lines, index, at_the_end=index + 1 in starts)
            or is_dashed_name(lines, index, end)
        ):
            kept.append(lines[index])
        index += 1
    return "\n".join(kept).strip("\n").rstrip()


def _code(lines: list[str]) -> set[int]:
    """The lines of fenced code, fences included: whatever stands there was written on purpose."""
    fences = [index for index, line in enumerate(lines) if line.startswith(_FENCE)]
    return {line for first, last in zip(fences[::2], fences[1::2], strict=False) for line in range(first, last + 1)}


def _wrapped(lines: list[str]) -> set[int]:
    """The lines that are the rest of quoted ones, broken by the sending program: no blank line around them.

    One line below a long one that is no sentence's end; or a link in brackets, which is broken wherever it is.
    """
    rest: set[int] = set()
    below: int | None = None  # the quoted line above the lines looked at; None where a blank line came between
    for index, line in enumerate(lines):
        if is_quoted(line):
            if below is not None and _runs_on(lines, below, index):
                rest.update(range(below + 1, index))
            below = index
        elif not line.strip() or (below is not None and index - below > _MOST_WRAPPED):
            below = None
    return rest


def _runs_on(lines: list[str], above: int, below: int) -> bool:
    """Whether what stands between two quoted lines belongs to the upper one."""
    if lines[above + 1].lstrip().startswith(_LINK):
        return True
    long = len(lines[above]) >= _WRAPPED and not lines[above].endswith((".", "?", "!", ":"))
    return long and below - above == 2
