"""Where a multipart whose boundary is missing or wrong really divides, by the lines of its body.

A delimiter's line is followed by a part's headers, or by the blank line that ends none.
Source: RFC 2046, section 5.1.1
"""

import re

MAX_SEARCHED = 1_000_000  # characters of a body; a person's words come first

_DELIMITER = re.compile(r"--(?=\S*\w)(\S{1,70}?)\s*")
_HEADER = re.compile(r"[a-z][a-z0-9-]{0,40}:", re.IGNORECASE)
_PREAMBLE = re.compile(r"this is a (?:multi-?part|cryptographically signed) message", re.IGNORECASE)
_MIME_HEADER = re.compile(r"content-(?:type|transfer-encoding|disposition|id|description):", re.IGNORECASE)


def real_boundary(body: str, *, strict: bool, at_once: bool = False) -> str:
    """The boundary that the body's lines show; "" where none does.

    `strict` wants a header of MIME's right below it; `at_once` a delimiter for the first written line, but for the
    sentence that mail programs write for others that do not know MIME.
    """
    lines = body[:MAX_SEARCHED].split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        delimiter = _DELIMITER.fullmatch(line)
        if not delimiter:
            if at_once and line.strip() and not _PREAMBLE.match(line):
                return ""
        elif not delimiter[1].endswith("--") and _begins_part(below, strict):
            return delimiter[1]
    return ""


def _begins_part(line: str, strict: bool) -> bool:
    return bool(_MIME_HEADER.match(line) or (not strict and (not line.strip() or _HEADER.match(line))))


def shows_mime(body: str) -> bool:
    """Whether lines of the body are MIME's own, so that none of it can be shown to anybody as text."""
    return any(_MIME_HEADER.match(line) or _DELIMITER.fullmatch(line) for line in body[:MAX_SEARCHED].split("\n"))
