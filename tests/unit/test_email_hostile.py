"""Mails made to cost time and memory: each has a clear outcome, soon."""

import time
import tracemalloc
from collections.abc import Callable

import pytest

from orchestrator.errors import EventError
from orchestrator.model import Ignored, InboundMessage
from tests.unit.email_kit import HEAD, message, parsed

MEGABYTE = 1024 * 1024
LINE = b"A" * 76 + b"\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def nested(levels: int) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(levels)
    )
    return HEAD + b"".join(opened) + b"\r\nhi"


def large() -> bytes:
    words = b"--b\r\n\r\nDoes it whistle?\r\n"
    photo = b"--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return MIXED + words + photo + LINE * (25 * MEGABYTE // len(LINE)) + b"--b--\r\n"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "10,000 parts": (lambda: MIXED + b"--b\r\n\r\nhi\r\n" * 10_000, "content has more than 500 parts"),
    "1,000 nested multiparts": (lambda: nested(1_000), "content has more than 30 multiparts"),
    "1,000 nested mails": (lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000, "more than 500 parts"),
    "a million headers": (lambda: HEAD + b"a: b\r\n" * 1_000_000, "more than 1000000 lines"),
    "10,000 headers": (lambda: HEAD + b"a: b\r\n" * 10_000, "more than 5000 headers"),
    "25 MB of line breaks": (lambda: HEAD + b"\n" * (25 * MEGABYTE), "more than 1000000 lines"),
    "41 MB": (lambda: HEAD + b"\r\n" + LINE * (41 * MEGABYTE // len(LINE)), "is larger than"),
}
READ: dict[str, Callable[[], bytes]] = {
    "25 MB": large,
    "25 MB in one line": lambda: HEAD + b"\r\n" + b"word " * (5 * MEGABYTE),
    "a subject of 1 MB": lambda: HEAD.replace(b"My kettle", b"k" * MEGABYTE) + b"\r\nhi",
    "references of 1 MB": lambda: HEAD + b"References:" + b" <a@b.example>\r\n" * 75_000 + b"\r\nhi",
    "a type of 1 MB": lambda: HEAD + b"Content-Type: text/plain;" + b" a=b;" * 200_000 + b"\r\n\r\nhi",
    "30 multiparts, each line tried at each": lambda: nested(29) + b"--none\r\n" * 900_000,
    "498 nested mails": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 498,
    "200,000 nested elements": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>x" * 200_000,
    "200,000 unclosed paragraphs": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<p>x" * 200_000,
    "10 MB that name no charset": lambda: HEAD + b"\r\n" + b"\xe9 " * (5 * MEGABYTE),
    "10 MB of escape sequences": lambda: HEAD + b"\r\n" + b"\x1b$B0!\x1b(B\r\n" * 900_000,
    "1 MB of encoded words": lambda: HEAD.replace(b"My kettle", b"=?utf-8?q?=?= =?x?b?a?=" * 50_000) + b"\r\nhi",
    "a header of bytes": lambda: HEAD.replace(b"My kettle", b"\xe9" * MEGABYTE) + b"\r\nhi",
    "10 MB of boundaries": lambda: HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--a b\r\n" * 900_000,
    "wrong boundaries within wrong boundaries": lambda: (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--b%d\r\n" % level for level in range(200))
        + b"\r\n"
        + LINE * 100_000
    ),
    "10 MB of base64 that is none": lambda: (
        HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"a\r\n" * 900_000
    ),
    "1 MB that flows": lambda: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> a \r\n" * 150_000,
    "1 MB of attributions": lambda: HEAD + b"\r\nhi\r\n" + b"On 3 May 2024 a@b.example wrote:\n" * 30_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mail_beyond_reason_is_refused_with_its_reason(name: str) -> None:
    make, reason = REFUSED[name]
    content = make()
    started = time.process_time()
    with pytest.raises(EventError, match=reason):
        parsed(content)
    assert time.process_time() - started < 10


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_a_large_or_twisted_mail_is_read_in_bounded_time(name: str) -> None:
    content = READ[name]()
    started = time.process_time()
    assert isinstance(parsed(content), InboundMessage | Ignored)
    assert time.process_time() - started < 20


@pytest.mark.slow
def test_a_large_mail_is_read_in_a_bounded_multiple_of_its_size() -> None:
    content = large()
    tracemalloc.start()
    item = message(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert item.text == "Does it whistle?"
    assert [(each.mime_type, each.size) for each in item.attachments] == [("image/jpeg", 25 * MEGABYTE // 78 * 57)]
    assert peak < 12 * len(content)  # base64 of the event included
