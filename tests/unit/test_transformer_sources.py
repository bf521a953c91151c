"""Recognition: exclusive, and nothing is recognised by accident."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from botocore.loaders import Loader

from tests.golden.cases import all_cases
from transformer.envelopes import Event, events_of
from transformer.json_text import JsonObject
from transformer.pipeline import transform
from transformer.sources import SOURCES, UNKNOWN, shipped_templates, source_of

CORPUS = Path(os.environ.get("PARLEY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))


def events(records: Iterator[bytes]) -> Iterator[JsonObject]:
    for record in records:
        for event in events_of(record, {"account_id": "", "occurred_at": 0}):
            if isinstance(event, Event):
                yield event.body


def recognised_by(event: JsonObject) -> list[str]:
    return [source.name for source in SOURCES if source.recognises(event)]


def test_no_golden_event_is_recognised_by_two_sources() -> None:
    found = [recognised_by(event) for event in events(case.record for case in all_cases())]
    assert max(map(len, found)) == 1
    assert {name for names in found for name in names} == {source.name for source in SOURCES}


def test_no_event_of_the_corpus_is_recognised_by_two_sources() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}; PARLEY_CORPUS names it")
    found = [recognised_by(event) for event in events(path.read_bytes() for path in CORPUS.rglob("*.json"))]
    assert len(found) > 80
    assert max(map(len, found)) == 1


@pytest.mark.parametrize("event", [{}, {"content": 7}, {"mail": {}}, {"changes": 3}, {"eventType": 4}, {"parley": "x"}])
def test_what_no_source_recognises_is_unknown(event: JsonObject) -> None:
    assert source_of(event) is UNKNOWN


def test_every_source_ships_its_templates_and_no_other_file_lies_there() -> None:
    folder = Path(__file__).parents[2] / "transformer" / "templates"
    assert {path.stem for path in folder.glob("*.jinja")} == set(shipped_templates())


def test_every_source_says_what_feeds_it() -> None:
    assert all(source.feed for source in (*SOURCES, UNKNOWN))


def test_what_the_hub_puts_on_the_streams_has_a_source_or_is_a_rejection() -> None:
    text = (Path(__file__).parents[2] / "orchestrator" / "records.py").read_text("utf-8")
    kinds = set(re.findall(r'self\._made\(\s*"(\w+)"', text))
    assert kinds >= {"turn", "consent", "outcome", "rejected"}
    assert {kind for kind in kinds if source_of({"parley": kind}) is UNKNOWN} == {"rejected"}


# How far a message got, for each event type that End User Messaging names, less its channel.
PROGRESS = {
    "queued": {"QUEUED", "PENDING", "INITIATED", "RINGING"},
    "sent": {"SENT", "SUCCESSFUL", "FALLEN_BACK_TO_SMS"},
    "delivered": {"DELIVERED", "ANSWERED", "COMPLETED"},
    "read": {"READ"},
    "unknown": {"UNKNOWN"},
    "failed": {
        *("INVALID", "INVALID_MESSAGE", "UNREACHABLE", "CARRIER_UNREACHABLE", "BLOCKED", "CARRIER_BLOCKED", "SPAM"),
        *("TTL_EXPIRED", "PROTECT_BLOCKED", "BUSY", "NO_ANSWER", "FAILED"),
        *("FILE_INACCESSIBLE", "FILE_TYPE_UNSUPPORTED", "FILE_SIZE_EXCEEDED"),
    },
}
CHANNELS = {"TEXT": "text", "MEDIA": "media", "VOICE": "voice", "RCS": "text"}


def event_types() -> list[str]:
    """Every type in the model of the service that boto3 ships."""
    model = Loader(extra_search_paths=[]).load_service_model("pinpoint-sms-voice-v2", "service-2")
    return [name for name in model["shapes"]["EventType"]["enum"] if not name.endswith("ALL")]


@pytest.mark.parametrize("event_type", event_types())
def test_every_event_type_of_sms_mms_voice_and_rcs_says_how_far_the_message_got(event_type: str) -> None:
    event = {"eventType": event_type, "eventTimestamp": 1772360523470, "messageId": "m-1"}
    (row,) = transform(orjson.dumps(event), datetime(2026, 3, 1, tzinfo=UTC))
    channel, _, word = event_type.partition("_")
    assert row.values["channel"] == CHANNELS[channel]
    assert [status for status, words in PROGRESS.items() if word in words] == [row.values["delivery_status"]]
