"""What follows a person's words without being words: signatures, list footers, "Sent from my iPhone"."""

import re
from collections.abc import Sequence

from orchestrator.channels.email.phrases import SENT_FROM
from orchestrator.channels.email.quotes import is_quoted, is_rule

# RFC 3676 writes "-- "; mail programs lose the blank, prettify the dashes, and make them bold.
_DELIMITER = re.compile(r"\*?(?:[-–—_]{2}|[–—])\s*\*?\s*")
_DASHED_NAME = re.compile(r"\s*[-–—~]{1,2}\s?(?P<name>[^\W\d_][\w.'’-]{0,24}(?:\s[^\W\d_][\w.'’-]{0,24}){0,2})\s*")
_NAME = re.compile(r"\s*\*?[^\W\d_][\w.'’-]{0,24}(?:[\s,|–-]{1,3}[^\W\d_][\w.&'’-]{0,24}){0,4}\*?\s*")
_LISTED = re.compile(r"\s*(?:[-–—~*•+]|\d{1,3}[.)])\s?\S|.*[:：]\s*$")
_SENT_FROM = re.compile(rf"[\W_]*(?:{'|'.join(map(re.escape, SENT_FROM))})")
_WORDS_IN_A_SENTENCE = re.compile(r"[,;!?](?:\s|$)")
_CONTACT = re.compile(r"[^\s@]@[^\s@]|https?://|www\.|(?:\d[\s()./-]*){7}", re.IGNORECASE)
_SENTENCE = re.compile(r".*[.!?…]\s*$")
_MOST_LINES = 15


def is_delimiter(line: str) -> bool:
    """Whether all that follows is a signature (RFC 3676, section 4.3)."""
    return bool(_DELIMITER.fullmatch(line))


def is_dashed_name(lines: Sequence[str], index: int, end: int) -> bool:
    """Whether the line is a name behind a dash, the last of the words before `end`: "-Zoe". Lists have dashes too."""
    found = _DASHED_NAME.fullmatch(lines[index][:100])
    if not found or not all(word[:1].isupper() for word in found["name"].split()):
        return False
    above = next((line for line in reversed(lines[max(index - 4, 0) : index]) if line.strip()), "")
    below = next((lines[each] for each in range(index + 1, end) if lines[each].strip()), "--")
    return bool(above) and not _LISTED.match(above) and (is_delimiter(below) or is_rule(below))


def is_sent_from(lines: Sequence[str], index: int, *, at_the_end: bool) -> bool:
    """Whether the line names the device or program the mail was sent from, in a paragraph of its own.

    `at_the_end`: history begins right below.
    """
    line = lines[index].strip()
    below = lines[index + 1] if index + 1 < len(lines) else ""
    alone = at_the_end or not below.strip() or is_quoted(below) or is_rule(below)
    if not alone or len(line) > 200 or not _SENT_FROM.match(line.casefold()):
        return False
    return len(line.split()) <= 10 and not _WORDS_IN_A_SENTENCE.search(line)


def is_footer(lines: Sequence[str], index: int) -> bool:
    """Whether a drawn line separates words from a signature or a list's footer.

    That is a few lines without a sentence, which begin with a name or hold a contact. Lines that divide a mail into
    sections come more than once.
    """
    if not is_rule(lines[index]) or not set(lines[index].strip()) <= set("-_—–"):
        return False
    rest = [line for line in lines[index + 1 : index + 4 * _MOST_LINES] if line.strip()]
    if not 0 < len(rest) <= _MOST_LINES or any(len(line) > 120 or _SENTENCE.match(line) for line in rest):
        return False
    if any(_CONTACT.search(line) for line in rest):
        return True
    names = [line for line in rest if _NAME.fullmatch(line) and line.strip(" *")[:1].isupper()]
    return len(rest) <= 4 and len(names) == len(rest) and not any(is_rule(line) for line in lines[:index])
