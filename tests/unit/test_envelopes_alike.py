"""The hub and the lake open the same envelopes alike, though neither imports the other.

What the hub answers and what the lake keeps must be the same events, or a row would be missing for an answer. Two
differences are meant: the hub hands an EventBridge event on whole, for its channels read `detail` themselves, and it
takes no time from SQS, which only tells when a message was queued.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

from orchestrator.envelopes import opened
from tests.kit import NOON
from transformer.envelopes import Event, events_of
from transformer.moments import from_datetime

Wrap: TypeAlias = Callable[[Any], dict[str, Any]]

TOLD = datetime(2026, 3, 1, 10, 20, 0, 123000, tzinfo=UTC)
QUEUED = datetime(2026, 3, 1, 10, 20, 3, tzinfo=UTC)
EVENTBRIDGE = {
    "detail-type": "WhatsApp Message Sent",
    "source": "aws.social-messaging",
    "account": "111122223333",
    "time": "2026-03-01T10:20:00.123Z",
    "detail": {"status": "sent"},
}


def _text(event: Any) -> str:
    return event if isinstance(event, str) else json.dumps(event)


def notification(event: Any) -> dict[str, Any]:
    topic = "arn:aws:sns:eu-west-1:111122223333:t"
    return {
        "Type": "Notification",
        "TopicArn": topic,
        "Message": _text(event),
        "Timestamp": TOLD.isoformat(timespec="milliseconds"),
    }


def queued(*events: Any) -> dict[str, Any]:
    sent = {"SentTimestamp": str(from_datetime(QUEUED))}
    return {"Records": [{"eventSource": "aws:sqs", "body": _text(each), "attributes": sent} for each in events]}


def triggered(*events: Any) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": notification(each)} for each in events]}


def of_hub(record: Any) -> list[tuple[Any, datetime]]:
    found = [(each.event, each.occurred_at) for each in opened(json.dumps(record).encode(), NOON)]
    return [(event["detail"] if "detail-type" in event else event, at) for event, at in found]


def of_lake(record: Any) -> list[tuple[Any, datetime]]:
    """A document that is no object is {"content": it} there."""
    found = events_of(json.dumps(record).encode(), {"occurred_at": from_datetime(NOON)})
    assert all(isinstance(each, Event) for each in found)
    events = [each for each in found if isinstance(each, Event)]
    return [(each.body.get("content", each.body), _moment(each.context["occurred_at"])) for each in events]


def _moment(epoch_ms: Any) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


TRANSPORTS: tuple[Wrap, ...] = (notification, queued, triggered)
NESTINGS = [nesting for depth in range(4) for nesting in itertools.product(TRANSPORTS, repeat=depth)]


def wrapped(event: Any, nesting: Sequence[Wrap]) -> Any:
    for wrap in nesting:
        event = wrap(event)
    return event


@pytest.mark.parametrize("nesting", NESTINGS, ids=lambda nesting: " in ".join(wrap.__name__ for wrap in nesting))
@pytest.mark.parametrize(
    "event",
    [
        {"messageBody": "hi"},
        {"Records": "no list"},
        {"Type": "SubscriptionConfirmation", "Message": "m"},
        "hello",
        '"half a surrogate: \\ud83d"',
        EVENTBRIDGE,
        queued({"a": 1}, {"b": 2}, "c"),
        triggered({"a": 1}, "b"),
    ],
    ids=str,
)
def test_the_same_events_come_out_in_the_same_order(event: Any, nesting: Sequence[Wrap]) -> None:
    record = wrapped(event, nesting)
    assert [body for body, _ in of_hub(record)] == [body for body, _ in of_lake(record)]


@pytest.mark.parametrize(
    ("record", "at"),
    [
        ({"a": 1}, NOON),
        (notification({"a": 1}), TOLD),
        (triggered({"a": 1}), TOLD),
        (queued(notification({"a": 1})), TOLD),
        (queued(queued(notification({"a": 1}))), TOLD),
        (EVENTBRIDGE, TOLD),
        (queued(EVENTBRIDGE), TOLD),
        ({**notification({"a": 1}), "Timestamp": "soon"}, NOON),
        ({**notification({"a": 1}), "Timestamp": "2026-03-01T10:20:00.123"}, TOLD),  # without a zone: UTC
    ],
)
def test_they_happened_at_the_same_time(record: Any, at: datetime) -> None:
    assert [at for _, at in of_hub(record)] == [at for _, at in of_lake(record)] == [at]


def test_the_lake_alone_takes_the_time_of_a_queue_where_nothing_else_tells_one() -> None:
    assert of_hub(queued({"a": 1})) == [({"a": 1}, NOON)]
    assert of_lake(queued({"a": 1})) == [({"a": 1}, QUEUED)]
