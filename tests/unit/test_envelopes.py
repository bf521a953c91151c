"""Events come out of whatever transports put around them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from tests.kit import NOON, notification


def test_the_notification_gives_the_time_and_stays_the_original() -> None:
    original = notification({"a": 1}, NOON.replace(hour=3))
    (delivered,) = opened(original, NOON)
    assert delivered.event == {"a": 1}
    assert delivered.occurred_at == NOON.replace(hour=3)
    assert delivered.original == original


def test_a_message_that_is_no_json_is_text() -> None:
    (delivered,) = opened(json.dumps({"Type": "Notification", "Message": "hello"}).encode(), NOON)
    assert delivered.event == "hello"


def test_a_lone_surrogate_does_not_cost_the_event() -> None:
    (delivered,) = opened(b'{"messageBody": "a\\ud800b"}', NOON)
    assert delivered.event == {"messageBody": "a\ufffdb"}


def test_envelopes_without_end_are_refused() -> None:
    event = "{}"
    for _ in range(20):
        event = json.dumps({"Records": [{"eventSource": "aws:sqs", "body": event}]})
    with pytest.raises(EventError, match="more than 8 envelopes"):
        list(opened(event.encode(), NOON))


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(EventError):
        list(opened(b"[" * 100_000, NOON))


@given(data=st.binary())
def test_any_bytes_are_an_event_or_refused(data: bytes) -> None:
    try:
        events = list(opened(data, NOON))
    except EventError:
        events = []
    assert all(delivered.original for delivered in events)
