"""The story of a record: what becomes of it when all goes well, and when something does not."""

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.cases import all_cases
from transformer.batch import Batch
from transformer.pipeline import split, transform
from transformer.results import Rejected, Row
from transformer.schema import TABLES

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
CORPUS = Path(os.environ.get("PARLEY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
SMS = {
    "originationNumber": "+14255550182",
    "destinationNumber": "+12065550100",
    "messageBody": "hi",
    "inboundMessageId": "in-1",
}


BASE64_SMS = base64.b64encode(orjson.dumps(SMS)).decode()


def rows(record: object) -> list[Row | Rejected]:
    return transform(record if isinstance(record, bytes) else orjson.dumps(record), AT)


def notification(message: object) -> dict[str, Any]:
    topic = "arn:aws:sns:eu-west-1:444455556666:t"
    return {
        "Type": "Notification",
        "TopicArn": topic,
        "Message": json.dumps(message),
        "Timestamp": "2026-03-01T10:20:00Z",
    }


def webhook(*statuses: dict[str, Any]) -> dict[str, Any]:
    value = {"metadata": {"display_phone_number": "12065550100"}, "statuses": list(statuses)}
    return {"id": "waba", "changes": [{"field": "messages", "value": value}]}


def status(number: int) -> dict[str, Any]:
    return {"id": f"wamid.{number}", "status": "sent", "timestamp": "1772360403", "recipient_id": "14255550182"}


@pytest.mark.parametrize(
    "envelope",
    [
        lambda event: event,
        notification,
        lambda event: notification(notification(event)),
        lambda event: {"Records": [{"EventSource": "aws:sns", "Sns": notification(event)}]},
        lambda event: {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(notification(event))}]},
        lambda event: notification({"Records": [{"eventSource": "aws:sqs", "body": json.dumps(event)}]}),
        lambda event: {"eventName": "INSERT", "dynamodb": {"NewImage": {"record": {"S": json.dumps(event)}}}},
        lambda _: {"records": [{"recordId": "1", "data": BASE64_SMS}]},
        lambda _: {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": BASE64_SMS}}]},
        lambda _: BASE64_SMS.encode(),
        lambda event: {
            "detail-type": "x",
            "source": "y",
            "account": "1",
            "time": "2026-03-01T10:20:00Z",
            "detail": event,
        },
    ],
)
def test_the_same_event_has_the_same_id_and_raw_event_in_every_envelope(envelope: Any) -> None:
    (bare,), (enveloped,) = rows(SMS), rows(envelope(SMS))
    assert enveloped.values["event_id"] == bare.values["event_id"]
    assert orjson.loads(str(enveloped.values["raw_event"])) == SMS


def test_different_events_have_different_ids() -> None:
    (first,), (second,) = rows(SMS), rows({**SMS, "inboundMessageId": "in-2"})
    assert first.values["event_id"] != second.values["event_id"]


def test_a_time_that_is_none_in_an_envelope_leaves_the_arrival() -> None:
    (row,) = rows({**notification(SMS), "Timestamp": "soon"})
    assert row.values["occurred_at"] == AT.timestamp() * 1000


@pytest.mark.parametrize("text", [b"no JSON", b"", b"\xff"])
def test_what_firehose_encoded_and_is_no_json_is_kept(text: bytes) -> None:
    data = base64.b64encode(text).decode()
    kept, row = rows({"records": [{"recordId": "1", "data": data}, {"recordId": "2", "data": BASE64_SMS}]})
    assert data in str(kept.values["raw_event"])
    assert row.values["message_id"] == "in-1"


def test_documents_before_broken_bytes_survive_them() -> None:
    good, bad = rows(orjson.dumps(SMS) + b'{"broken')
    assert (good.table, bad.table) == ("events", "rejected")
    assert isinstance(bad, Rejected)
    assert (bad.stage, bad.original) == ("unwrap", b'{"broken')


def test_a_bad_part_does_not_cost_its_siblings_and_can_be_replayed() -> None:
    first, bad, last = rows(notification(webhook(status(1), {"id": "wamid.2"}, status(3))))
    assert [first.values["message_id"], last.values["message_id"]] == ["wamid.1", "wamid.3"]
    assert isinstance(bad, Rejected)
    assert bad.reason == "whatsapp_status.jinja:15 status: part.status is missing"
    mended = bad.original.replace(b'{"id":"wamid.2"}', orjson.dumps(status(2)))
    (replayed,) = rows(mended)
    assert replayed.values["message_id"] == "wamid.2"
    assert replayed.values["account_id"] == "444455556666"


def test_the_raw_event_of_a_status_holds_that_status_alone() -> None:
    raw = orjson.loads(str(rows(webhook(status(1), status(2)))[1].values["raw_event"]))
    assert raw["changes"][0]["value"]["statuses"] == [status(2)]


def test_a_rejected_record_keeps_its_bytes_as_they_came() -> None:
    record = b'  {"originationNumber" : "+14255550182"}\n'
    (bad,) = rows(record)
    assert isinstance(bad, Rejected)
    assert bad.original == record
    assert base64.b64decode(str(bad.values["original"])) == record
    assert bad.template_version


@pytest.mark.parametrize("entry", ["no JSON", 7, '["a list"]', "{}"])
def test_a_webhook_that_cannot_be_opened_is_a_result_all_the_same(entry: object) -> None:
    assert len(rows({"whatsAppWebhookEntry": entry})) == 1


def test_a_hundred_changes_are_a_hundred_rows() -> None:
    event = webhook(status(0))
    event["changes"] = [webhook(status(number))["changes"][0] for number in range(100)]
    assert [row.values["message_id"] for row in rows(event)] == [f"wamid.{number}" for number in range(100)]


def test_a_webhook_of_4000_statuses_gives_rows_that_grow_no_faster_than_the_webhook() -> None:
    few, many = (rows(webhook(*map(status, range(number)))) for number in (40, 4_000))
    per_row = [sum(len(str(row.values["raw_event"])) for row in some) / len(some) for some in (few, many)]
    assert len(many) == 4_000
    assert per_row[1] < per_row[0] + 10


def test_a_record_split_gives_the_same_rows() -> None:
    record = orjson.dumps(notification(webhook(status(1), status(2)))) + orjson.dumps(SMS)
    whole = transform(record, AT)
    pieces = [row for piece in split(record, AT) for row in transform(piece, AT)]
    assert [row.values for row in pieces] == [row.values for row in whole]
    assert len(split(record, AT)) == 3


def test_a_turn_split_repeats_no_more_than_the_message_that_was_answered() -> None:
    turn = json.loads((Path(__file__).parents[1] / "golden/turn_answered/input.json").read_bytes())
    (message,) = turn["turn"]["messages"][:1]
    turn["turn"]["messages"] = [{**message, "message_id": f"m{number}"} for number in range(5)]
    pieces = split(json.dumps(turn).encode(), AT)
    rows = [row for piece in pieces for row in transform(piece, AT)]
    whole = transform(json.dumps(turn).encode(), AT)
    assert {_id(row) for row in rows} == {_id(row) for row in whole}
    assert (len(pieces), len(whole), len(rows)) == (6, 6, 7)


def _id(row: Row | Rejected) -> object:
    return row.values["event_id"] if isinstance(row, Row) else row


def test_an_empty_record_gives_nothing() -> None:
    assert rows(b"") == rows(b" \n") == []


@pytest.mark.parametrize(
    "record", [b"[" * 100_000, b"[" * 600 + b"]" * 600, b'{"a":' * 990 + b"1" + b"}" * 990, b"1e400"]
)
def test_what_nests_too_deeply_or_counts_too_far_is_a_result_all_the_same(record: bytes) -> None:
    assert len(rows(record)) == 1


def assert_valid(results: list[Row | Rejected]) -> None:
    for result in results:
        TABLES[result.table].check(result.values)
        orjson.dumps(result.values)


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_rejected_rows(record: bytes) -> None:
    results = rows(record)
    assert_valid(results)
    assert bool(results) == bool(record.strip(b" \t\r\n") and record != b"\xef\xbb\xbf")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


NOT_ONE_DOCUMENT = ("undecodable", "encoded_twice", "ses_odd_subject", "sms_event_two_in_one_record")
REAL_EVENTS = [
    *(case.record for case in all_cases() if case.name not in NOT_ONE_DOCUMENT),
    *(path.read_bytes() for path in sorted(CORPUS.rglob("*.json"))),
]


@st.composite
def mutated_events(draw: st.DrawFn) -> bytes:
    """A golden event or one of the corpus, some places of which hold something else."""
    event = orjson.loads(draw(st.sampled_from(REAL_EVENTS)))
    for _ in range(draw(st.integers(1, 3))):
        place = event
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or draw(st.integers(0, 3)) == 0:
                place[key] = draw(JSON)
                break
            place = place[key]
    return json.dumps(event).encode()


@settings(max_examples=max(300, settings.default.max_examples if settings.default else 0))
@given(mutated_events())
def test_a_mutated_event_gives_valid_rows_or_rejected_rows_and_is_counted(record: bytes) -> None:
    results = rows(record)
    assert results
    assert_valid(results)
    batch = Batch("")
    (answer,) = batch.answer([{"recordId": "1", "data": base64.b64encode(record).decode()}])["records"]
    rejected = sum(isinstance(result, Rejected) for result in results)
    good = len(results) - rejected
    expected = {"ok": bool(good), "failed": not good, "rows": good, "rejected": rejected}
    assert batch.tally == {"records": 1, "dropped": 0, "put_back": 0, **expected}
    assert answer["result"] == ("Ok" if good else "ProcessingFailed")


def test_no_valid_event_of_the_corpus_is_rejected() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}; PARLEY_CORPUS names it")
    results = {path: rows(path.read_bytes()) for path in CORPUS.rglob("*.json")}
    assert len(results) > 80
    for path, found in results.items():
        assert found, path
        assert_valid(found)
        assert [result.reason for result in found if isinstance(result, Rejected)] == [], path
