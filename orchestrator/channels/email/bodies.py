"""The words in the parts of a mail: transfer encodings undone, charsets read, lines that flow joined.

Source: RFC 2045 section 6 (transfer encodings), RFC 2046 (multiparts), RFC 3676 (flowed text)
"""

import base64
import re
from email.message import Message

from orchestrator.channels.email.boundaries import real_boundary, shows_mime
from orchestrator.channels.email.bounds import read_message
from orchestrator.channels.email.charsets import clean, decoded, html_label
from orchestrator.channels.email.flowed import unflowed
from orchestrator.channels.email.html import html_to_text

MAX_TEXT = 200_000  # characters of a body that are read, history included
_TYPE = re.compile(
    r"\s*(?:text|image|audio|video|application|message|font|model|chemical|example)/[\w.+-]+\s*(?:;|$)", re.IGNORECASE
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}\s*")
_ENCODING = "content-transfer-encoding"


def body_type(part: Message) -> str:
    """A multipart whose parts were not found is read as the text it is."""
    return "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()


def label_of(part: Message) -> str:
    """The name of the charset that the part gives; "" where it gives none."""
    return str(part.get_content_charset("")) if part.get_content_maintype() == "text" else ""


def text_of(bodies: list[Message]) -> str:
    """The plain parts, else the HTML ones."""
    plain = "\n".join(_plain(part) for part in bodies if body_type(part) == "text/plain")
    if plain.strip():
        return plain[:MAX_TEXT]
    return "\n".join(_html(part) for part in bodies if part.get_content_type() == "text/html")[:MAX_TEXT]


def divided(part: Message, *, whole: bool) -> list[Message]:
    """The parts of what should have been a multipart, by the boundary that its body shows; none where it shows none.

    What says that it is text is believed, unless it is the whole mail and begins with a delimiter.
    """
    if isinstance(part.get_payload(), list):
        return []
    named = str(part.get("content-type", ""))
    is_multipart, is_typed = "multipart" in named.lower(), bool(_TYPE.match(named))
    if is_typed and not (whole and part.get_content_type() == "text/plain"):
        return []
    body = _undecoded(part)
    boundary = real_boundary(body.decode("latin-1"), strict=not is_multipart, at_once=is_typed)
    if not boundary:
        return []
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
    children = read_message(head.encode("latin-1") + body).get_payload()
    return [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []


def _plain(part: Message) -> str:
    text = decoded(_content(part), label_of(part))
    if part.get_content_maintype() == "multipart" and shows_mime(text):
        return ""
    if _parameter(part, "format") == "flowed":
        return unflowed(text, delete_space=_parameter(part, "delsp") == "yes")
    return text


def _html(part: Message) -> str:
    content = _content(part)
    return clean(html_to_text(decoded(content, label_of(part), html_label(content))))  # "&#27;" is a control character


def _parameter(part: Message, name: str) -> str:
    return str(part.get_param(name, "")).lower()


def _content(part: Message) -> bytes:
    """The part's bytes, its transfer encoding undone; a multipart has none, whatever it says."""
    encoding = str(part.get(_ENCODING, ""))
    if part.get_content_maintype() == "multipart" or encoding == "base64":
        raw = _undecoded(part)
        return _from_base64(raw) if encoding == "base64" and part.get_content_maintype() == "text" else raw
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _undecoded(part: Message) -> bytes:
    """The bytes as they came."""
    encoding = part.get(_ENCODING)
    del part[_ENCODING]
    content = part.get_payload(decode=True)
    if encoding is not None:
        part[_ENCODING] = encoding
    return content if isinstance(content, bytes) else b""


def _from_base64(content: bytes) -> bytes:
    """Up to the first line that is no base64, as a list's footer; where all is none, it was only said to be some."""
    letters = bytearray()
    for line in content.splitlines():
        if not _BASE64.fullmatch(line):
            break
        letters += line.strip().rstrip(b"=")
    if not letters:
        return content
    return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"=" * (-len(letters) % 4))
