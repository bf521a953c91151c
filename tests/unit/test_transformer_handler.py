"""Firehose's contract: every recordId once, in order, within the size, and nothing lost."""

import base64
import json
import logging
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.cases import all_cases
from transformer.batch import Answer, Batch, InputRecord, PutBack
from transformer.handler import handler
from transformer.put_back import PutBackError, put

ARN = "arn:aws:firehose:eu-west-1:444455556666:deliverystream/events"
SMS = {
    "originationNumber": "+14255550182",
    "destinationNumber": "+12065550100",
    "messageBody": "hi",
    "inboundMessageId": "in-1",
}
GOLDEN = {case.name: case.record for case in all_cases()}


def records(*datas: bytes) -> list[InputRecord]:
    return [
        {
            "recordId": f"id-{number}",
            "approximateArrivalTimestamp": 1772361000000,
            "data": base64.b64encode(data).decode(),
        }
        for number, data in enumerate(datas)
    ]


def rows(answer: Answer) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in base64.b64decode(answer["data"]).splitlines()]


def sms(number: int, body: str = "hi") -> bytes:
    return orjson.dumps({**SMS, "inboundMessageId": f"in-{number}", "messageBody": body})


class Stream:
    """A stream that keeps what is put back on it."""

    def __init__(self) -> None:
        self.records: list[bytes] = []

    def __call__(self, arn: str, records: Sequence[bytes]) -> None:
        assert arn == ARN
        self.records += records


def test_every_record_is_answered_once_and_in_order() -> None:
    reply = handler({"deliveryStreamArn": ARN, "records": records(sms(1), b"", b"\x80", sms(2))}, None)
    assert [(answer["recordId"], answer["result"]) for answer in reply["records"]] == [
        ("id-0", "Ok"),
        ("id-1", "Dropped"),
        ("id-2", "ProcessingFailed"),
        ("id-3", "Ok"),
    ]


def test_the_rows_of_a_record_are_lines_of_json() -> None:
    (answer,) = handler({"records": records(sms(1) + sms(2))}, None)["records"]
    assert base64.b64decode(answer["data"]).endswith(b"}\n")
    assert [row["message_id"] for row in rows(answer)] == ["in-1", "in-2"]
    assert rows(answer)[0]["received_at"] == 1772361000000


def test_the_account_is_the_streams_where_nothing_else_names_one() -> None:
    (answer,) = handler({"deliveryStreamArn": ARN, "records": records(sms(1))}, None)["records"]
    assert rows(answer)[0]["account_id"] == "444455556666"


def test_good_rows_survive_a_bad_one_which_travels_with_its_bytes() -> None:
    (answer,) = handler({"records": records(sms(1) + b"{broken")}, None)["records"]
    good, bad = rows(answer)
    assert (answer["result"], good["message_id"]) == ("Ok", "in-1")
    assert (bad["type"], bad["status"]) == ("rejected", "unwrap")
    assert base64.b64decode(orjson.loads(bad["raw_event"])["original"]) == b"{broken"


def test_the_rows_of_a_turn_go_together_or_not_at_all() -> None:
    turn = orjson.loads(GOLDEN["turn_answered"])
    del turn["turn"]["messages"][0]["message_id"]
    batch = Batch(ARN, "conversations")
    (answer,) = batch.answer(records(orjson.dumps(turn)))["records"]
    assert answer["result"] == "ProcessingFailed"
    assert base64.b64decode(answer["data"]) == orjson.dumps(turn)


def test_a_row_of_another_table_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TABLE", "events")
    answers = handler({"records": records(GOLDEN["turn_answered"], sms(1))}, None)["records"]
    assert [answer["result"] for answer in answers] == ["ProcessingFailed", "Ok"]


def test_a_table_that_does_not_exist_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TABLE", "event")
    with pytest.raises(ValueError, match="PARLEY_TABLE is 'event'"):
        handler({"records": []}, None)


def test_what_does_not_fit_goes_back_to_the_stream_and_is_not_lost() -> None:
    stream = Stream()
    sent = [sms(number) for number in range(10)]
    batch = Batch(ARN, "events", stream, limit=5_000)
    answers = batch.answer(records(*sent))["records"]
    kept = [row["message_id"] for answer in answers for row in rows(answer)]
    assert 0 < len(kept) < 10
    assert sum(answer["result"] == "Dropped" for answer in answers) == len(stream.records) == 10 - len(kept)
    assert {*kept, *(orjson.loads(record)["inboundMessageId"] for record in stream.records)} == {
        f"in-{number}" for number in range(10)
    }
    assert len(json.dumps({"records": answers})) <= 5_000


def test_a_record_that_can_never_fit_goes_back_in_pieces_that_can() -> None:
    stream = Stream()
    record = b"".join(sms(number) for number in range(20))
    Batch(ARN, "events", stream, limit=4_000).answer(records(record))
    answers = [answer for piece in stream.records for answer in Batch(ARN).answer(records(piece))["records"]]
    assert [row["message_id"] for answer in answers for row in rows(answer)] == [f"in-{number}" for number in range(20)]


@pytest.mark.parametrize("put_back", [None, Stream()])
def test_a_single_event_that_can_never_fit_is_kept_by_firehose(put_back: PutBack | None) -> None:
    (answer,) = Batch(ARN, "events", put_back, limit=600).answer(records(sms(1)))["records"]
    assert (answer["result"], answer["data"]) == ("ProcessingFailed", "")


def test_a_stream_that_takes_nothing_back_fails_the_invocation() -> None:
    def refuse(arn: str, records: Sequence[bytes]) -> None:
        raise PutBackError("no")

    with pytest.raises(PutBackError):
        Batch(ARN, "events", refuse, limit=2_500).answer(records(*(sms(number) for number in range(5))))


class Client:
    def __init__(self, failed: int = 0) -> None:
        self.calls: list[int] = []
        self._failed = failed

    def put_record_batch(self, *, DeliveryStreamName: str, Records: list[dict[str, bytes]]) -> dict[str, object]:  # noqa: N803
        self.calls.append(len(Records))
        return {"FailedPutCount": self._failed}


def test_records_go_back_in_batches_that_firehose_takes() -> None:
    client = Client()
    put(client, "events", [b"x"] * 1_001)
    put(client, "events", [b"x" * 1_000_000] * 5)
    assert client.calls == [500, 500, 1, 4, 1]


def test_a_record_that_is_not_taken_back_is_an_error() -> None:
    with pytest.raises(PutBackError, match="2 of 3"):
        put(Client(failed=2), "events", [b"x"] * 3)


def test_a_batch_is_logged_as_one_line_that_adds_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    handler({"records": records(sms(1), b"", b"\x80", sms(2) + b"?")}, None)
    line = json.loads(caplog.records[-1].message)
    assert line == {
        "message": "batch transformed",
        "records": 4,
        "ok": 2,
        "dropped": 1,
        "put_back": 0,
        "failed": 1,
        "rows": 2,
        "rejected": 2,
    }


def counted(printed: str) -> dict[str, Any]:
    """The counts of one batch, as CloudWatch reads them."""
    (line,) = [json.loads(each) for each in printed.splitlines()]
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    return {each["Name"]: line[each["Name"]] for each in metric["Metrics"]}


def test_a_batch_counts_its_rows_and_how_far_messages_got(capsys: pytest.CaptureFixture[str]) -> None:
    delivered, bounced = GOLDEN["sms_event_delivered"], GOLDEN["ses_bounce"]
    handler({"records": records(delivered, delivered, bounced, sms(1), b"\x80")}, None)
    assert counted(capsys.readouterr().out) == {"Rows": 4, "Rejected": 1, "Delivered": 2, "Failed": 1}


def test_no_word_of_a_customer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    handler({"records": records(orjson.dumps({**SMS, "destinationNumber": 5, "messageBody": "a secret"}))}, None)
    handler({"records": records(b'{"messageBody": "a secret"')}, None)
    assert len(caplog.records) == 4
    assert "secret" not in caplog.text


def test_a_reason_is_logged_once_for_a_batch_however_many_parts_it_cost(caplog: pytest.LogCaptureFixture) -> None:
    nameless = orjson.dumps({name: value for name, value in SMS.items() if name != "inboundMessageId"})
    handler({"records": records(nameless, sms(1) + nameless * 3, b"\x80")}, None)
    logged = [json.loads(record.message) for record in caplog.records if record.levelno == logging.WARNING]
    assert [(line["reason"], line["count"], line["first"]["recordId"]) for line in logged] == [
        ("sms_inbound.jinja:17 message_id: event.inboundMessageId is missing", 4, "id-0"),
        ("not UTF-8 at byte 0", 1, "id-2"),
    ]


def test_parts_of_a_record_that_finds_no_room_are_all_counted() -> None:
    batch = Batch(ARN, limit=300)
    (answer,) = batch.answer(records(sms(1) + sms(2) + b"?"))["records"]
    assert answer["result"] == "ProcessingFailed"
    assert (batch.tally["rows"], batch.tally["rejected"]) == (0, 3)


@given(st.lists(st.sampled_from(sorted(GOLDEN)) | st.binary(max_size=40), max_size=8), st.integers(200, 20_000))
def test_what_goes_in_comes_out_as_rows_rejections_or_what_is_put_back(picks: list[str | bytes], limit: int) -> None:
    given_records = [GOLDEN[pick] if isinstance(pick, str) else pick for pick in picks]
    expected = [len(GOLDEN_ROWS[pick]) if isinstance(pick, str) else None for pick in picks]
    stream = Stream()
    batch = Batch(ARN, None, stream, limit=limit)
    answers = batch.answer(records(*given_records))["records"]
    assert [answer["recordId"] for answer in answers] == [f"id-{number}" for number in range(len(picks))]
    for answer, count in zip(answers, expected, strict=True):
        if count is not None and answer["result"] == "Ok":
            assert len(rows(answer)) == count
    tally = batch.tally
    assert tally["records"] == len(picks) == tally["ok"] + tally["dropped"] + tally["failed"] + tally["put_back"]
    assert sum(len(rows(answer)) for answer in answers if answer["result"] == "Ok") <= tally["rows"] + tally["rejected"]
    assert bool(stream.records) == bool(tally["put_back"])
    assert len(json.dumps({"records": answers})) <= max(limit, 200 * len(picks) + 20)


GOLDEN_ROWS = {case.name: case.expected for case in all_cases()}
