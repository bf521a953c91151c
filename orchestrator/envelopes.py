"""Takes events out of what transports wrap around them.

What may come, one inside another: the `Records` of an SQS or SNS trigger, an SNS notification
({"Type": "Notification", "Message": "…", "Timestamp": …}), an EventBridge event ({"detail-type", "detail"}), the bare
event.
Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (body), .../with-sns.html (Sns),
https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html (Notification).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from orchestrator.decoding import decoded, encoded, iso_time
from orchestrator.errors import EventError
from orchestrator.model import Delivered

MAX_DEPTH = 8  # envelopes within envelopes; AWS nests three


def opened(original: bytes, received_at: datetime) -> Iterator[Delivered]:
    """Every event in `original`. Raises `EventError` where it is not JSON, or nested beyond sense."""
    yield from _open(decoded(original), original, received_at, 0)


def _open(event: Any, original: bytes, at: datetime, depth: int) -> Iterator[Delivered]:
    if depth > MAX_DEPTH:
        raise EventError("the event", f"has more than {MAX_DEPTH} envelopes")
    match event:
        case {"Records": [*records]} if records and all(map(_is_transport_record, records)):
            for record in records:
                body = record["body"] if "body" in record else record["Sns"]
                yield from _open(_maybe_json(body), _bytes(body), at, depth + 1)
        case {"Type": "Notification", "Message": str(message)}:
            yield from _notified(message, original, iso_time(event.get("Timestamp")) or at, depth)
        case {"detail-type": str(), "source": str(), "detail": Mapping()}:
            yield Delivered(event, iso_time(event.get("time")) or at, original)
        case _:
            yield Delivered(event, at, original)


def _notified(message: str, original: bytes, at: datetime, depth: int) -> Iterator[Delivered]:
    inner = _maybe_json(message)
    if isinstance(inner, dict) and ("Records" in inner or inner.get("Type") == "Notification"):
        yield from _open(inner, message.encode(), at, depth + 1)
    else:
        yield Delivered(inner, at, original)


def _is_transport_record(record: Any) -> bool:
    match record:
        case {"eventSource": "aws:sqs", "body": str()} | {"EventSource": "aws:sns", "Sns": {"Message": str()}}:
            return True
        case _:
            return False


def _maybe_json(body: Any) -> Any:
    """A body that is not JSON is text: an event no channel recognises, kept as it is."""
    if not isinstance(body, str):
        return {"Type": "Notification", **body}
    try:
        return decoded(body)
    except EventError:
        return body


def _bytes(body: Any) -> bytes:
    return body.encode("utf-8", "replace") if isinstance(body, str) else encoded({"Type": "Notification", **body})
