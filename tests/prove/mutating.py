"""Changes valid input into hostile input: the same changes for the same seed, so that what was found is found again."""

import base64
import json
from collections.abc import Callable, Sequence
from random import Random

MOST = 200_000  # bytes of a mutated input; what is larger is a matter of bombs
# Pieces that parsers have stumbled over, each on its own: ends, escapes, numbers, markers of formats and of languages.
PIECES = (
    *(b"", b"\0", b"\r\n", b"\n\n", b"\r", b"\x1b[2J", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xed\xa0\x80"),
    *(
        b'"',
        b"'",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"{",
        b"}",
        b"[",
        b"]",
        b"<",
        b">",
        b"&#x0;",
        b"%00",
    ),
    *(b"null", b"true", b"NaN", b"Infinity", b"-0", b"1e400", b"1e-400", b"9" * 400, b"0.1" * 30, b"-1", b"2147483648"),
    *(b"9223372036854775808", b"18446744073709551616", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:60+99:99", b"1970"),
    *(b"=?utf-8?q?=?=", b"=?x?b?a?=", b"--b", b"--b--", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"),
    *(b"Content-Transfer-Encoding: x-uuencode\r\n", b"charset=unknown-8bit", b"From: \r\n", b"@", b"<>", b"a@b", b";"),
    *(b"{{ 7 * 7 }}", b"{% for a in b %}", b"__class__", b"event|to_json", b"/*", b"*/", b"--", b" UNION ALL SELECT "),
    *(
        b"(((((((((((((((",
        b")))))))))))))))",
        b",,,,",
        b":",
        b"::",
        b"$",
        b"\xf0\x9f\x91\xa8\xe2\x80\x8d",
        b"STOP",
        b"=1+1",
    ),
)
Change = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutated(chance: Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds after one to four changes."""
    content = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        content = chance.choice(CHANGES)(chance, content, seeds)[:MOST]
    return content


def _flipped(chance: Random, content: bytes, _seeds: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _truncated(chance: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: chance.randint(0, len(content))]


def _without_a_span(chance: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    first, last = _span(chance, content)
    return content[:first] + content[last:]


def _repeated(chance: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    first, last = _span(chance, content)
    return content[:first] + content[first:last] * chance.choice((2, 2, 3, 50)) + content[last:]


def _with_a_piece(chance: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    first, last = _span(chance, content)
    return content[:first] + chance.choice(PIECES) + content[first if chance.random() < 0.5 else last :]


def _spliced(chance: Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    other = chance.choice(seeds)
    return content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]


def _with_another_value(chance: Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    """Somewhere in a JSON document something of another type; other content gets a piece."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return _with_a_piece(chance, content, seeds)
    place = document
    while isinstance(place, dict | list) and place:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], dict | list) or chance.random() < 0.3:
            place[key] = chance.choice((None, True, -1, 1e308, "", "\0", [], {}, [[]], {"": None}, "x" * 2000, 10**30))
            break
        place = place[key]
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _wrapped(chance: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """In one of the envelopes that transports put around events, in base64, or in many of something."""
    text = content.decode("utf-8", "replace")
    depth = chance.choice((3, 40, 400))
    return chance.choice(
        (
            lambda: json.dumps({"Type": "Notification", "Message": text, "Timestamp": "2026-03-14T12:00:00Z"}).encode(),
            lambda: json.dumps({"Records": [{"eventSource": "aws:sqs", "body": text, "attributes": {}}]}).encode(),
            lambda: json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}}]}).encode(),
            lambda: b'{"detail-type":"x","source":"aws.sms-voice","detail":' + content + b"}",
            lambda: b'{"records":[{"recordId":"1","data":"' + base64.b64encode(content) + b'"}]}',
            lambda: b'{"whatsAppWebhookEntry":' + json.dumps(text).encode() + b"}",
            lambda: b"[" * depth + content + b"]" * depth,
            lambda: b'{"a":' * depth + content + b"}" * depth,
            lambda: b"Content-Type: message/rfc822\r\n\r\n" * chance.randint(1, 40) + content,
            lambda: base64.b64encode(content),
        )
    )()


def _span(chance: Random, content: bytes) -> tuple[int, int]:
    first = chance.randint(0, len(content))
    return first, min(len(content), first + chance.choice((1, 4, 40, 400)))


CHANGES: tuple[Change, ...] = (
    *(_flipped, _truncated, _without_a_span, _repeated, _with_a_piece, _with_a_piece, _spliced),
    *(_with_another_value, _with_another_value, _wrapped),
)
