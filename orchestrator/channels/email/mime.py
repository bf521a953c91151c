"""A mail in MIME form, read into the few values a channel needs.

Bodies are decoded leniently: a charset nobody knows is tried as UTF-8, then as Windows-1252. Attachments are listed,
never decoded; mails attached to a mail are attachments. What a mail may cost is bounded in email/bounds.py.
Sources: RFC 5322 (headers), RFC 2045 to 2049 (MIME), https://docs.python.org/3/library/email.policy.html
"""

import codecs
import re
from collections.abc import Iterator
from email.headerregistry import AddressHeader, HeaderRegistry
from email.message import EmailMessage, Message

import msgspec

from orchestrator.channels.email.bounds import read_message, scrubbed
from orchestrator.channels.email.html import html_to_text
from orchestrator.model import Attachment

MAX_TEXT = 200_000  # characters of a body that are read, history included
MAX_NAME = 200  # characters of a subject's, a person's or a file's name
MAX_MESSAGE_ID = 250
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{MAX_MESSAGE_ID}}}>")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,253}")
# Codecs that turn bytes into something that is not what a person wrote, or do so in quadratic time.
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_HEADERS = HeaderRegistry()
_KINDS = frozenset({"image", "audio", "video"})


class Address(msgspec.Struct, frozen=True):
    """`spec` is lower case, its domain in ASCII (punycode), so that one mailbox has one spelling."""

    spec: str
    name: str = ""


class Mail(msgspec.Struct, frozen=True):
    """What was read. Lists are empty and texts "" where the mail has none, or none that can be read."""

    headers: tuple[tuple[str, str], ...]  # of the mail itself, names in lower case, values unparsed
    senders: tuple[Address, ...]  # From
    reply_to: tuple[Address, ...]
    subject: str
    message_id: str  # with its angle brackets
    references: tuple[str, ...]  # References, then In-Reply-To, oldest first, with their brackets
    content_types: frozenset[str]  # of every part and of the mail itself; a calendar's with its method
    text: str
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        """The first value, "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")


def parse_mail(content: bytes) -> Mail:
    """Raises `EventError` for a mail larger, longer or more nested than a person's (see email/bounds.py)."""
    message = read_message(content)
    parts = list(_parts(message))
    return Mail(
        headers=tuple((name.lower(), scrubbed(str(value))) for name, value in message.raw_items()),
        senders=tuple(_addresses(message, "from")),
        reply_to=tuple(_addresses(message, "reply-to")),
        subject=one_line(_value(message, "subject")),
        message_id="".join(_message_ids(message, "message-id")[:1]),
        references=tuple(dict.fromkeys(_message_ids(message, "references") + _message_ids(message, "in-reply-to")[:1])),
        content_types=frozenset(_content_type(part) for part in (message, *parts)),
        text=_text([part for part in parts if not _is_attachment(part)]),
        attachments=tuple(_attachment(part) for part in parts if _is_attachment(part)),
    )


def one_line(text: str) -> str:
    """A header's value as people see it: control characters and line breaks become a blank, at most `MAX_NAME` long."""
    printable = "".join(character if character.isprintable() else " " for character in scrubbed(text))
    return " ".join(printable.split())[:MAX_NAME]


def address(text: str) -> Address | None:
    """The first mail address in a text such as SES's `commonHeaders.from`; None where there is none."""
    found = _ADDRESS.search(text)
    if not found:
        return None
    local, _, domain = found[0].rpartition("@")
    return _canonical(local, domain, one_line(text[: found.start()].rstrip(' <"').lstrip(' "')))


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _value(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _addresses(message: EmailMessage, name: str) -> Iterator[Address]:
    header = message.get(name, "")
    if not isinstance(header, AddressHeader):
        parsed = [address(str(header))]
    else:
        parsed = [_canonical(each.username, each.domain, one_line(each.display_name)) for each in header.addresses]
        parsed = parsed if any(parsed) else [address(str(header))]
    yield from (each for each in parsed if each)


def _canonical(local: str, domain: str, name: str) -> Address | None:
    """None for what cannot be an address."""
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    spec = f"{local}@{ascii_domain}".lower()
    return Address(spec, name) if _ADDRESS.fullmatch(spec) and spec.isprintable() else None


def _message_ids(message: EmailMessage, name: str) -> list[str]:
    return _MESSAGE_ID.findall(_value(message, name))


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parts(message: EmailMessage) -> Iterator[Message]:
    """The leaves, in order. A mail within the mail is a leaf."""
    pending: list[Message] = [message]
    while pending:
        part = pending.pop()
        children = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(children, list):
            pending.extend(child for child in reversed(children) if isinstance(child, Message))
        else:
            yield part


def _content_type(part: Message) -> str:
    method = str(part.get_param("method", "")).lower()
    return f"{part.get_content_type()};{method}" if method else part.get_content_type()


def _is_attachment(part: Message) -> bool:
    if _body_type(part) not in ("text/plain", "text/html"):
        return True
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _body_type(part: Message) -> str:
    """A multipart whose parts were not found, its boundary being wrong, is read as the text it is."""
    return "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()


def _text(bodies: list[Message]) -> str:
    """The plain parts, else the HTML ones."""
    plain = "\n".join(_decoded(part) for part in bodies if _body_type(part) == "text/plain")
    if plain.strip():
        return plain[:MAX_TEXT]
    return "\n".join(html_to_text(_decoded(part)) for part in bodies if part.get_content_type() == "text/html")[
        :MAX_TEXT
    ]


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (str(part.get_content_charset("utf-8")), "utf-8"):
        try:
            if codecs.lookup(charset).name.replace("_", "-") not in _NOT_CHARSETS:
                return scrubbed(content.decode(charset))
        except (LookupError, ValueError):  # unknown, not a text encoding, or not in it
            continue
    return scrubbed(content.decode("windows-1252", "replace"))


def _attachment(part: Message) -> Attachment:
    kind = part.get_content_maintype()
    return Attachment(
        kind=kind if kind in _KINDS else "file",
        media_id=one_line(str(part.get("content-id", ""))),
        name=_filename(part),
        mime_type=one_line(part.get_content_type()),
        size=_size(part),
    )


def _filename(part: Message) -> str:
    """The name, encoded words included, which have no place there and are common."""
    name = one_line(part.get_filename() or "")
    return one_line(str(_HEADERS("subject", name))) if "=?" in name else name


def _size(part: Message) -> int | None:
    """Bytes, counted without decoding them; None for a mail within the mail."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return None
    if str(part.get("content-transfer-encoding", "")).strip().lower() != "base64":
        return len(payload)
    characters = len(payload) - payload.count("\n") - payload.count("\r")
    return characters * 3 // 4 - payload[-4:].count("=")
