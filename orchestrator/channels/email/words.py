"""Header values as mail programs write them, made such as the standard library reads rightly.

Encoded words are said again in UTF-8, a character broken over two of them made whole; bytes that nobody encoded are
read as a body's are; a transfer encoding and a content type are brought into the form that RFC 2045 gives them.
Sources: RFC 2047 (encoded words), RFC 2231 section 5 (their language), RFC 2045 sections 5.1 and 6.1
"""

import base64
import binascii
import re

from orchestrator.channels.email.charsets import decoded

_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_RUN = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*")
_COMMENT = re.compile(r"\([^()]*\)")
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*;?\s*")


def readable(value: str, label: str = "") -> str:
    """The value with the bytes that nobody encoded read as text, which `label` may name the charset of."""
    if value.isascii() and "\x1b" not in value:
        return value
    try:
        return " ".join(decoded(value.encode("ascii", "surrogateescape"), label).splitlines())
    except UnicodeEncodeError:  # text already
        return value


def unified(value: str, label: str = "") -> str:
    """The value as `readable` gives it, each run of encoded words as one word in UTF-8."""
    return _RUN.sub(lambda run: _encoded(_spoken(run[0])), readable(value, label))


def spoken(value: str, label: str = "") -> str:
    """The value as text, its encoded words read: for a parameter, which should have none and often has."""
    return _RUN.sub(lambda run: _spoken(run[0]), readable(value, label))


def _spoken(run: str) -> str:
    text: list[str] = []
    content, label = b"", ""
    for word in _WORD.finditer(run):
        if word[1].lower() != label:
            text.append(decoded(content, label))
            content, label = b"", word[1].lower()
        content += _bytes(word[2], word[3])
    return "".join((*text, decoded(content, label)))


def transfer_encoding(value: str) -> str:
    """The encoding's bare name, whatever blanks, quotes, comments and semicolons stand around it."""
    name = _COMMENT.sub("", value).partition(";")[0].strip(" \t\r\n\"'").lower()
    return {"quotedprintable": "quoted-printable", "base64": "base64"}.get(re.sub(r"[^a-z0-9]", "", name), name)


def content_type(value: str) -> str:
    """The type with a semicolon before its parameters."""
    found = _TYPE.match(value)
    rest = value[found.end() :] if found else ""
    return f"{found[1]}; {rest}" if found and rest else value


def _bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text)
    return base64.b64decode(letters + "A" * (len(letters) % 4 == 1) + "=" * (-len(letters) % 4))


def _encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="
