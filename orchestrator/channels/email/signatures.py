"""What follows a person's words without being words: signatures, list footers, "Sent from my iPhone"."""

import re
from collections.abc import Sequence

from orchestrator.channels.email.phrases import SENT_FROM
from orchestrator.channels.email.quotes import is_quoted, is_rule

# RFC 3676 writes "-- "; mail programs lose the blank and prettify the dashes.
_DELIMITER = re.compile(r"(?:[-–—_]{2}|[–—])\s*")
_SENT_FROM = re.compile(rf"[\W_]*(?:{'|'.join(map(re.escape, SENT_FROM))})")
_WORDS_IN_A_SENTENCE = re.compile(r"[,;!?](?:\s|$)")
_CONTACT = re.compile(r"[^\s@]@[^\s@]|https?://|www\.|(?:\d[\s()./-]*){7}", re.IGNORECASE)
_SENTENCE = re.compile(r".*[.!?…]\s*$")
_MOST_LINES = 15


def is_delimiter(line: str) -> bool:
    """Whether all that follows is a signature (RFC 3676, section 4.3)."""
    return bool(_DELIMITER.fullmatch(line))


def is_sent_from(lines: Sequence[str], index: int) -> bool:
    """Whether the line names the device or program the mail was sent from, in a paragraph of its own."""
    line = lines[index].strip()
    below = lines[index + 1] if index + 1 < len(lines) else ""
    alone = not below.strip() or is_quoted(below) or is_rule(below)
    if not alone or len(line) > 200 or not _SENT_FROM.match(line.casefold()):
        return False
    return len(line.split()) <= 10 and not _WORDS_IN_A_SENTENCE.search(line)


def is_footer(lines: Sequence[str], index: int) -> bool:
    """Whether a drawn line separates words from a signature or a list's footer: few lines, no sentence, a contact."""
    if not is_rule(lines[index]) or not set(lines[index].strip()) <= set("-_—–"):
        return False
    rest = [line for line in lines[index + 1 : index + 4 * _MOST_LINES] if line.strip()]
    if not 0 < len(rest) <= _MOST_LINES or any(len(line) > 120 or _SENTENCE.match(line) for line in rest):
        return False
    return len(rest) <= 4 or any(_CONTACT.search(line) for line in rest)
