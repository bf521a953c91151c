"""Responses as they come over the wire, read by botocore itself: event streams and streaming bodies.

So a fake's stream has botocore's own names of events and errors, and its own way to fail.
The encoding: https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
"""

import base64
import json
import struct
from binascii import crc32
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.eventstream import EventStream
from botocore.parsers import create_parser
from botocore.response import StreamingBody

from infra.local.providers.requests import operation

Step = Mapping[str, Any] | bytes | Exception  # an event, bytes as they come, or how the connection fails

_STRING = 7  # the type of a header's value


def event_stream(service: str, name: str, member: str, steps: Sequence[Step]) -> Iterable[Any]:
    """The stream in `member` of the operation's response. An event whose member is an exception is sent as one."""
    output: Any = operation(service, name).output_shape
    parser: Any = create_parser("rest-json")
    wire: Any = _Wire([_on_the_wire(output.members[member], step) for step in steps])
    stream: Iterable[Any] = EventStream(wire, output.members[member], parser.EVENT_STREAM_PARSER_CLS(), name)
    return stream


def body(*pieces: bytes | Exception) -> StreamingBody:
    """A body that arrives in pieces, or fails amid them."""
    wire: Any = _Wire(pieces)
    return StreamingBody(wire, sum(len(piece) for piece in pieces if isinstance(piece, bytes)))


class _Wire:
    """What urllib3's response is to botocore."""

    def __init__(self, pieces: Sequence[bytes | Exception]) -> None:
        self._pieces = pieces

    def stream(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def read(self, amount: int | None = None) -> bytes:
        return b"".join(self.stream())

    def close(self) -> None: ...


def _on_the_wire(stream: Any, step: Step) -> bytes | Exception:
    if isinstance(step, bytes | Exception):
        return step
    ((member, content),) = step.items()
    failed = stream.members[member].metadata.get("exception")
    kind = "exception" if failed else "event"
    headers = {":message-type": kind, f":{kind}-type": member, ":content-type": "application/json"}
    return encoded(headers, json.dumps(content, default=_base64).encode())


def encoded(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message: lengths, their checksum, headers, payload, checksum of all."""
    head = b"".join(
        struct.pack("!B", len(key)) + key.encode() + struct.pack("!BH", _STRING, len(value)) + value.encode()
        for key, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", crc32(prelude)) + head + payload
    return message + struct.pack("!I", crc32(message))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
