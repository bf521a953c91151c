"""A mail in MIME form, read into the few values a channel needs.

Bodies are read in email/bodies.py, headers are made readable in email/words.py; what a mail may cost is bounded in
email/bounds.py. Attachments are listed, never decoded; mails attached to a mail are attachments.
Sources: RFC 5322 (headers), RFC 2045 to 2049 (MIME), https://docs.python.org/3/library/email.policy.html
"""

import re
from collections.abc import Iterator
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message

import msgspec

from orchestrator.channels.email.bodies import body_type, divided, label_of, text_of
from orchestrator.channels.email.bounds import read_message, scrubbed
from orchestrator.channels.email.charsets import clean, decoded
from orchestrator.channels.email.words import spoken, unified
from orchestrator.model import Attachment

MAX_NAME = 200  # characters of a subject's, a person's or a file's name
MAX_HEADER = 2_000  # characters of a header that are parsed: the library copies the rest of it for every word
MAX_MESSAGE_ID = 250
MAX_MENDED = 5  # multiparts of a mail whose boundary is looked for
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{MAX_MESSAGE_ID}}}>")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,253}")
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
    label = next(filter(None, (label_of(part) for part in parts)), "")  # programs write headers as they write bodies
    return Mail(
        headers=tuple((name.lower(), scrubbed(str(value))) for name, value in message.raw_items()),
        senders=tuple(_addresses(message, "from", label)),
        reply_to=tuple(_addresses(message, "reply-to", label)),
        subject=one_line(str(_header(message, "subject", label))),
        message_id="".join(_message_ids(message, "message-id")[:1]),
        references=tuple(dict.fromkeys(_message_ids(message, "references") + _message_ids(message, "in-reply-to")[:1])),
        content_types=frozenset(_content_type(part) for part in (message, *parts)),
        text=text_of([part for part in parts if not _is_attachment(part)]),
        attachments=tuple(_attachment(part) for part in parts if _is_attachment(part)),
    )


def one_line(text: str) -> str:
    """A header's value as people see it: control characters and line breaks become a blank, at most `MAX_NAME` long."""
    printable = "".join(character if character.isprintable() else " " for character in clean(scrubbed(text)))
    return " ".join(printable.split())[:MAX_NAME]


def address(text: str) -> Address | None:
    """The first mail address in a text such as SES's `commonHeaders.from`; None where there is none."""
    found = _ADDRESS.search(text)
    if not found:
        return None
    local, _, domain = found[0].rpartition("@")
    return _canonical(local, domain, one_line(text[: found.start()].partition("<")[0].strip(' "')))


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _raw(message: EmailMessage, name: str) -> str:
    """The first value of a header, unparsed; "" where there is none."""
    return next((str(value) for key, value in message.raw_items() if key.lower() == name), "")


def _header(message: EmailMessage, name: str, label: str = "") -> object:
    """The first value, parsed; what cannot be parsed is the text it is."""
    return message.policy.header_fetch_parse(name, unified(_raw(message, name)[:MAX_HEADER], label))


def _addresses(message: EmailMessage, name: str, label: str) -> Iterator[Address]:
    header = _header(message, name, label)
    parsed = (
        [_canonical(each.username, each.domain, one_line(each.display_name)) for each in header.addresses]
        if isinstance(header, AddressHeader)
        else []
    )
    yield from filter(None, parsed if any(parsed) else [address(spoken(_raw(message, name), label))])


def _canonical(local: str, domain: str, name: str) -> Address | None:
    """None for what cannot be an address."""
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    spec = f"{local}@{ascii_domain}".lower()
    return Address(spec, name) if _ADDRESS.fullmatch(spec) and spec.isprintable() else None


def _message_ids(message: EmailMessage, name: str) -> list[str]:
    return _MESSAGE_ID.findall(_raw(message, name))


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parts(message: EmailMessage) -> Iterator[Message]:
    """The leaves, in order. A mail within the mail is a leaf."""
    pending: list[Message] = [message]
    mended = 0
    while pending:
        part = pending.pop()
        children = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if not isinstance(children, list) and mended < MAX_MENDED and (real := divided(part, whole=part is message)):
            children, mended = real, mended + 1
        if isinstance(children, list):
            pending.extend(child for child in reversed(children) if isinstance(child, Message))
        else:
            yield part


def _content_type(part: Message) -> str:
    method = str(part.get_param("method", "")).lower()
    return f"{part.get_content_type()};{method}" if method else part.get_content_type()


def _is_attachment(part: Message) -> bool:
    if body_type(part) not in ("text/plain", "text/html"):
        return True
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


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
    name = part.get_param("filename", None, "content-disposition") or part.get_param("name", "")
    if isinstance(name, tuple):  # RFC 2231: charset, language, and each byte as a character
        charset, _, value = name
        return one_line(decoded(value.encode("latin-1", "replace"), charset or ""))
    return one_line(spoken(str(name)))


def _size(part: Message) -> int | None:
    """Bytes, counted without decoding them; None for a mail within the mail."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return None
    if str(part.get("content-transfer-encoding", "")).strip().lower() != "base64":
        return len(payload)
    characters = len(payload) - payload.count("\n") - payload.count("\r")
    return characters * 3 // 4 - payload[-4:].count("=")
