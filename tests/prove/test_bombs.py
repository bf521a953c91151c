"""Small input that would become large, or deep, wherever it is let in: an outcome or a refusal, soon, in little memory.

Nothing here unpacks what strangers pack: no archive, no entity, no alias is expanded. The bombs hold it so.
"""

import base64
import gzip
import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from infra.local.providers.email import inbound_event
from tests.kit import notification
from tests.prove.fuzzing import NOON, Door, doors
from tests.unit.email_kit import HEAD

MEGABYTE = 1024 * 1024
CPU_S = 20.0  # with every allocation traced, which takes several times as long
PEAK = 128 * MEGABYTE  # beyond what was there before


@cache
def zipped() -> bytes:
    """A zip of 64 MB of zeros, in another."""
    content = b"\0" * (64 * MEGABYTE)
    for name in ("inner.zip", "outer.zip"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        content = packed.getvalue()
    return content


def attached(content: bytes, kind: str) -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n"
        + f"Content-Type: {kind}\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
        + base64.encodebytes(content)
        + b"--b--\r\n"
    )


def laughing(lines: int = 30) -> bytes:
    """YAML whose aliases stand for 2 ** lines words."""
    return "\n".join(["a0: &a0 [ha, ha]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, lines))]).encode()


def entities(lines: int = 30) -> bytes:
    """XML whose entities do."""
    each = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, lines))
    return f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{each}]><a>&a{lines - 1};</a>'.encode()


def notifications() -> bytes:
    """A notification in a notification: each layer doubles the backslashes."""
    event: object = {"originationNumber": "+14255550101", "messageBody": "hi"}
    for _ in range(14):
        event = json.loads(notification(event))
    return json.dumps(event).encode()


def in_base64(layers: int = 20) -> bytes:
    content = b'{"a": 1}'
    for _ in range(layers):
        content = base64.b64encode(content)
    return content


JSON: dict[str, Callable[[], bytes]] = {
    "arrays 100,000 deep": lambda: b"[" * 100_000 + b"]" * 100_000,
    "objects 100,000 deep": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "arrays never closed": lambda: b"[" * 200_000,
    "a webhook's text, deep": lambda: json.dumps({"whatsAppWebhookEntry": "[" * 100_000}).encode(),
    "notifications in notifications": notifications,
    "base64 of base64": in_base64,
    "a number of 100,000 digits": lambda: b'{"originationNumber": ' + b"9" * 100_000 + b', "messageBody": "x"}',
    "100,000 keys": lambda: json.dumps({f"key{n}": n for n in range(100_000)}).encode(),
    "one key 50,000 times": lambda: b"{" + b'"a": 1,' * 50_000 + b'"a": 2}',
    "10,000 records": lambda: json.dumps({"Records": [{"eventSource": "aws:sqs", "body": "{}"}] * 10_000}).encode(),
    "escapes": lambda: b'{"originationNumber": "' + b"\\ud83d" * 50_000 + b'", "messageBody": "x"}',
    "gzip": lambda: gzip.compress(b'{"a": 1}' * 1_000_000),
    "YAML aliases": laughing,
    "XML entities": entities,
}
MAIL: dict[str, Callable[[], bytes]] = {
    "a zip in a zip": lambda: attached(zipped(), "application/zip"),
    "gzip": lambda: attached(gzip.compress(b"\0" * (64 * MEGABYTE)), "application/gzip"),
    "gzip that says it is text": lambda: attached(gzip.compress(b"a" * (64 * MEGABYTE)), "text/plain"),
    "XML entities": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + entities(),
    "mails 1,000 deep": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000,
    "multiparts 1,000 deep": lambda: (
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_000))
    ),
    "encoded words": lambda: HEAD + b"X: " + b"=?utf-8?q?=3D=3Futf-8?= " * 5_000 + b"\r\n\r\nhi",
}
OTHERS: dict[str, dict[str, Callable[[], bytes]]] = {
    "questions": {
        "parentheses 10,000 deep": lambda: b"SELECT " + b"(" * 10_000 + b"1" + b")" * 10_000,
        "10,000 unions": lambda: b"SELECT 1" + b" UNION ALL SELECT 1" * 10_000,
        "tables of tables": lambda: (
            b"WITH t0 AS (SELECT 1 AS a)"
            + b"".join(b", t%d AS (SELECT x.a FROM t%d x, t%d y)" % (n, n - 1, n - 1) for n in range(1, 30))
            + b" SELECT * FROM t29"
        ),
    },
    "fixed texts": {"objects 100,000 deep": JSON["objects 100,000 deep"], "YAML aliases": laughing},
    "settings": {
        "texts, deep": lambda: b"PARLEY_TEXTS=" + JSON["objects 100,000 deep"](),
        "a list of 100,000": lambda: b"PARLEY_RESTART_WORDS=" + b"a," * 100_000,
        "YAML aliases": lambda: b"PARLEY_TEXTS=" + laughing(),
    },
    "templates": {
        "lists 10,000 deep": lambda: b'{"event_type": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        "parentheses 10,000 deep": lambda: b'{"event_type": ' + b"(" * 10_000 + b"1" + b")" * 10_000 + b"}",
        "a range": lambda: b'{"event_type": range(1000000000)|list}',
        "a power": lambda: b'{"event_type": 9 ** 9 ** 9}',
        "a product of texts": lambda: b'{"event_type": "a" * 1000000000}',
    },
}


def bombs(door: Door) -> Iterator[tuple[str, bytes]]:
    """Those of the kind that a door takes."""
    if door.name == "mails":
        yield from ((name, make()) for name, make in MAIL.items())
    elif door.name in OTHERS:
        yield from ((name, make()) for name, make in OTHERS[door.name].items())
    elif "events" in door.name or "records" in door.name or "batch" in door.name:
        yield from ((name, make()) for name, make in JSON.items())
    elif door.name in ("the API: messages", "the API: questions"):
        yield from ((name, make()) for name, make in JSON.items() if "deep" in name or "never" in name)
    if door.name == "events of email":
        yield from ((name, delivered(make())) for name, make in MAIL.items())


def delivered(mail: bytes) -> bytes:
    """As SES hands it on, who does not look into it."""
    event = inbound_event(HEAD + b"\r\nhi", NOON)
    return notification({**event, "content": base64.b64encode(mail).decode()})


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_no_bomb_goes_off_at_any_door(tmp_path: Path) -> None:
    found: list[str] = []
    tried = 0
    with doors(tmp_path) as every:
        for door in every:
            for name, content in bombs(door):
                began = time.process_time()
                with traced() as peak:
                    try:
                        door.enter(content)
                    except door.promised:
                        pass
                    except Exception as error:  # noqa: BLE001 - what is looked for
                        found.append(f"{door.name}, {name}: {type(error).__name__}: {error}"[:200])
                    if peak() > PEAK + 4 * len(content):
                        found.append(f"{door.name}, {name}: {peak() // MEGABYTE} MB")
                took = time.process_time() - began
                if took > CPU_S:
                    found.append(f"{door.name}, {name}: {took:.1f} s of CPU")
                tried += 1
    assert tried > 80
    assert found == []
