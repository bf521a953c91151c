"""Where quoted history begins in a mail: the lines a mail program writes above what it quotes.

Three forms: an attribution ("On 3 May 2024 at 10:00, Ana <ana@example.com> wrote:", often broken over lines), a header
block ("From: … / Sent: … / Subject: …"), a separator ("-----Original Message-----").
"""

import re
from collections.abc import Iterator, Sequence

from orchestrator.channels.email.phrases import HEADERS, ON, SEPARATORS, WROTE, WROTE_EARLIER, one_of

_LONGEST = 300  # characters of a line, and of an attribution, that is looked at
_WINDOW = 6  # lines an attribution may be broken over, blank ones included
_MOST_HEADERS = 20  # lines of a header block
_QUOTED = re.compile(r"\s*>")
_RULE = re.compile(r"\s*(?:[-_=~*#—–]\s*){3,}")
_WROTE = re.compile(rf"(?:{one_of(WROTE)})(?=[\W_]*$)|{one_of(WROTE_EARLIER)}")
# What stands behind an address that was broken off: it begins as a quoted line does.
_WROTE_FIRST = re.compile(rf"\s*>\s?(?:{one_of(WROTE)})")
_COLON_FIRST = re.compile(r"\s*>\s?[:：]\s*")
_ADDRESS_BEGUN = re.compile(r"<[^<>]*$")
_ON = re.compile(rf"[\W_]*(?:{one_of(ON)}|\d|[^\W\d_]{{2,12}}[.,]? ?,? ?(?:den |the )?\d)")
_ON_ALONE = re.compile(rf"(?:{one_of(ON)})\s(?:\s*\w+,?|[^<>@]{{1,40}},)\s*")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d年")
_DIGIT_OR_AT = re.compile(r"[\d@]")
_SENTENCE_END = re.compile(r"[.!?…]\s*$")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_BRACKETED = re.compile(r"(?:[<(\[]\s?(?:mailto:)?|&lt;)[^\s<>()@]{1,64}@[^\s<>()@]{1,253}(?:[>)\]]|&gt;)")
_ENDS = re.compile(r".*(?:[:：]|-{3,})\s*\**\s*$")
_HEADER = re.compile(r"[\s>*_|]*(?P<name>[^\W\d_][\w '’-]{0,24}?)[\s*_]*[:：][*_]*(?P<value>.*)")
_ROLE = {name: role for role, names in HEADERS.items() for name in names}
_SEPARATOR = re.compile(rf"(?:{'|'.join(map(re.escape, SEPARATORS))}|forwarded by .*)")
_AROUND = " \t-_=*>#:：.~—–[]<|"


def is_quoted(line: str) -> bool:
    return bool(_QUOTED.match(line))


def is_rule(line: str) -> bool:
    """Whether the line is drawn, not written: dashes, underscores, …"""
    return bool(_RULE.fullmatch(line[:_LONGEST]))


def history_starts(lines: Sequence[str]) -> dict[int, int]:
    """For each line where history may begin, the line where its header ends and the quoted mail begins."""
    starts: dict[int, int] = {}
    for index, line in enumerate(lines):
        if not line.strip() or len(line) > _LONGEST:
            continue
        if (block_end := _header_block(lines, index)) is not None:
            starts.setdefault(index, block_end)
        elif is_separator(line):
            starts[index] = _after_header_block(lines, index + 1)
        elif _may_end_attribution(line) and (begin := _attribution(lines, index)) is not None:
            starts[begin] = index + 1
    for index, line in enumerate(lines):
        below = next_written(lines, index + 1)
        if is_rule(line) and below in starts:
            starts[index] = starts[below]
    return starts


def is_separator(line: str) -> bool:
    """Whether the line says no more than "original message" or the like."""
    return bool(_SEPARATOR.fullmatch(line.strip(_AROUND).casefold().replace("’", "'")))


def next_written(lines: Sequence[str], index: int) -> int:
    """The first line from `index` that is not blank; `len(lines)` where none is. Looks a few lines ahead."""
    for ahead in range(index, min(index + _WINDOW, len(lines))):
        if lines[ahead].strip():
            return ahead
    return len(lines)


def is_quoted_below(lines: Sequence[str], index: int) -> bool:
    """Whether the next written line, from `index` on, is quoted."""
    below = next_written(lines, index)
    return below < len(lines) and is_quoted(lines[below])


# ── "On …, Ana wrote:" ───────────────────────────────────────────────────────────────────────────────────────────────


def _may_end_attribution(line: str) -> bool:
    """Whether it ends as one: with a colon, or with its verb behind a date and an address."""
    if _ENDS.match(line):
        return _role(line) is None
    folded = line.casefold()
    return bool(_BRACKETED.search(line) and _DATE.search(line) and _ON.match(folded) and _WROTE.search(folded))


def _attribution(lines: Sequence[str], last: int) -> int | None:
    """The first line of the attribution that ends with line `last`; None where that is no attribution."""
    if is_quoted(lines[last]) and not _ends_address(lines, last):
        return None
    quoted_below = is_quoted_below(lines, last + 1)
    if not quoted_below and not _DIGIT_OR_AT.search("".join(lines[max(last - _WINDOW, 0) : last + 1])[-_LONGEST:]):
        return None
    found = _first_line(lines, last, quoted_below)
    if found is None and quoted_below and _DATE.search(lines[last]) and _ON.match(lines[last].casefold()):
        found = last  # whatever the language: a date, a colon, a quotation
    return found if found is None else _broken_off(lines, found)


def _first_line(lines: Sequence[str], last: int, quoted_below: bool) -> int | None:
    """The first line of the longest attribution that ends with line `last`, as far as it says who wrote."""
    found = None
    for first, window in _windows(lines, last):
        if found is not None and _SENTENCE_END.search(lines[first]):
            break
        if lines[first].strip() and _is_attribution(window, quoted_below):
            dated, begun = _DATE.search(window), _ON.match(window)
            if found is None or ((dated or _ADDRESS.search(window)) and begun):
                found = first
            if dated:
                break
    return found


def _ends_address(lines: Sequence[str], index: int) -> bool:
    """Whether the line begins with the bracket that closes an address begun above."""
    if _WROTE_FIRST.match(lines[index].casefold()):
        return True
    above = lines[index - 1][-_LONGEST:] if index else ""
    return bool(_COLON_FIRST.fullmatch(lines[index]) and _ADDRESS_BEGUN.search(above) and not is_quoted(above))


def _windows(lines: Sequence[str], last: int) -> Iterator[tuple[int, str]]:
    """The lines from `first` to `last` in one, case-folded, for each `first` upwards that can belong to them."""
    for first in range(last, max(last - _WINDOW, -1), -1):
        if first < last and (is_quoted(lines[first]) or _ENDS.match(lines[first][:_LONGEST])):
            return
        window = " ".join(lines[first : last + 1]).casefold()
        if len(window) > _LONGEST:
            return
        yield first, window


def _broken_off(lines: Sequence[str], first: int) -> int:
    """One line up where the attribution was broken after its first words: "On Thursday,"."""
    return first - 1 if first and _ON_ALONE.fullmatch(lines[first - 1].casefold()) else first


def _is_attribution(text: str, quoted_below: bool) -> bool:
    date, address = _DATE.search(text), _ADDRESS.search(text)
    if not (date or address or quoted_below):
        return False
    if _WROTE.search(text):
        return quoted_below or bool(address or _ON.match(text))
    return bool(address and (quoted_below or (date and (text[:1].isdigit() or _BRACKETED.search(text)))))


# ── "From: … / Sent: … / Subject: …" ─────────────────────────────────────────────────────────────────────────────────


def _header_block(lines: Sequence[str], first: int) -> int | None:
    """The line after the header block that begins with line `first`; None where none does."""
    if is_quoted(lines[first]) or _role(lines[first]) is None:
        return None
    end = _after_header_block(lines, first)
    block = lines[first:end]
    roles = {role for line in block if (role := _role(line))}
    says_who = any(_ADDRESS.search(line) for line in block) or "subject" in roles
    enough = len(roles) >= 3 or (roles == {"from", "sent"} and any(_ADDRESS.search(line) for line in block))
    return end if "from" in roles and says_who and enough else None


def _after_header_block(lines: Sequence[str], index: int) -> int:
    """The line after the header lines found from `index` on: a value may run on, a blank line may stand between."""
    end = index
    for _ in range(_MOST_HEADERS):
        header = _next_header(lines, end)
        if header is None:
            break
        end = header + 1
    return end


def _next_header(lines: Sequence[str], index: int) -> int | None:
    for ahead in range(index, min(index + 3, len(lines))):
        if _role(lines[ahead]):
            return ahead
    return None


def _role(line: str) -> str | None:
    header = _HEADER.match(line[:_LONGEST])
    return _ROLE.get(header["name"].strip().casefold().replace("’", "'")) if header else None
