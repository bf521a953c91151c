"""Events from files, through the command line: an outcome for each, whatever they are."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import parley
from infra.local.deployment import Deployment
from orchestrator.hub import Received
from orchestrator.model import Delivered
from tests.corpus import files, needs_corpus
from tests.kit import sms_event


def run(data: Path, *arguments: str, input_: bytes | None = None) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), *arguments], input=input_)


def ingest(data: Path, *paths: str | Path, input_: bytes | None = None, status: int = 0) -> list[dict[str, Any]]:
    result = run(data, "ingest", *map(str, paths), input_=input_)
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def rows(data: Path, sql: str) -> Any:
    result = run(data, "query", sql, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_sms_is_answered_and_everything_about_it_is_in_the_lake(tmp_path: Path) -> None:
    run(tmp_path, "documents", "add", str(Path(__file__).parents[2] / "infra/local/samples"))
    (line,) = ingest(tmp_path, input_=sms_event("How long do I have to return a lamp?"))
    assert line["outcome"] == "turn"
    assert line["channel"] == "sms"
    assert line["message_ids"] == ["m1"]
    assert len(line["replies"]) == 1
    assert "(Source: " in line["replies"][0]
    assert line["rows"] == 5  # received, sent, delivered; the question and the answer
    (delivery,) = rows(tmp_path, "SELECT * FROM delivery_by_turn")
    assert delivery["delivery_status"] == "delivered"
    assert delivery["conversation_id"] == line["conversation_id"]
    said = rows(tmp_path, "SELECT direction, message, source FROM conversations ORDER BY direction")
    assert [row["direction"] for row in said] == ["inbound", "outbound"]
    assert said[1]["source"] == "documents"


def test_a_message_delivered_twice_is_answered_once(tmp_path: Path) -> None:
    first, second = ingest(tmp_path, input_=sms_event("hello") + b"\n" + sms_event("hello"))
    assert len(first["replies"]) == 1
    assert second["outcome"] == "turn"
    assert second["replies"] == []
    assert second["rows"] == 0
    assert second["conversation_id"] == first["conversation_id"]


def test_a_question_nothing_covers_gets_the_hand_off_and_is_listed_as_unanswered(tmp_path: Path) -> None:
    (line,) = ingest(tmp_path, input_=sms_event("Do you sell quantum bananas?"))
    assert "no answer to that" in line["replies"][0]
    (unanswered,) = rows(tmp_path, "unanswered")
    assert "quantum bananas" in str(unanswered)


def two_way_sms(**fields: object) -> bytes:
    event = {"inboundMessageId": "1", "originationNumber": "+14255550101", "messageBody": "x", **fields}
    return json.dumps({"destinationNumber": "+12065550100", **event}).encode()


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (b"\xff\xfe", "the event is not JSON"),
        (b'{"inboundMessageId": "1", "destinationNumber": "+12065550100"}', "originationNumber is missing"),
        (two_way_sms(originationNumber=7), "originationNumber is malformed: Expected `str`, got `int`"),
        (two_way_sms(originationNumber="the bank"), "originationNumber is not a phone number with its country code"),
        (two_way_sms(inboundMessageId=" "), "inboundMessageId is empty"),
    ],
)
def test_a_bad_event_is_rejected_by_field_and_kept_byte_for_byte(tmp_path: Path, event: bytes, reason: str) -> None:
    (line,) = ingest(tmp_path, input_=event)
    assert line["outcome"] == "rejected"
    assert line["reason"].startswith(reason)
    (kept,) = rows(tmp_path, "SELECT stage, reason, original FROM rejected")
    assert base64.b64decode(kept["original"]) == event
    assert kept["stage"] == "parse"


def test_a_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([sms_event("one", "m1"), b"{broken", b"", sms_event("two", "m2")]))
    lines = ingest(tmp_path / "data", path)
    assert [(line["line"], line["outcome"]) for line in lines] == [(1, "turn"), (2, "rejected"), (4, "turn")]


def test_a_path_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(sms_event("hello"))
    result = run(tmp_path / "data", "ingest", str(tmp_path / "missing.json"), str(path))
    assert result.exit_code == 2
    assert "missing.json cannot be read: No such file or directory" in result.stderr
    assert json.loads(result.stdout)["outcome"] == "turn"


def test_envelope_within_envelope_is_opened(tmp_path: Path) -> None:
    def record(body: bytes) -> dict[str, str]:
        return {"eventSource": "aws:sqs", "body": body.decode(), "messageId": "q"}

    trigger = json.dumps({"Records": [record(sms_event("one", "m1")), record(sms_event("two", "m2"))]})
    nested = json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": trigger, "MessageId": "s"}}]})
    lines = ingest(tmp_path, input_=nested.encode())
    assert [line["message_ids"] for line in lines] == [["m1"], ["m2"]]


def test_the_time_of_an_sms_is_that_of_its_notification(tmp_path: Path) -> None:
    ingest(tmp_path, input_=sms_event("hello"))
    (row,) = rows(tmp_path, "SELECT occurred_at FROM events WHERE type = 'message'")
    assert row["occurred_at"] == 1773489600000


@needs_corpus
def test_every_real_payload_of_sms_and_its_envelopes_has_an_outcome_with_a_reason(tmp_path: Path) -> None:
    paths = files(
        "aws-docs/sms-voice/*.json",
        "aws+aws-lambda-go/**/s[nq]s-event.json",
        "aws-powertools+powertools-lambda-python/**/s[nq]s*Event.json",
        "aws-powertools+powertools-lambda-python/**/snsSqsEvent.json",
        "aws-samples+communication-developer-services-reference-architectures/**/event.json",
    )
    assert len(paths) >= 12
    lines = ingest(tmp_path, *paths)
    assert {line["path"] for line in lines} == set(map(str, paths))
    assert all(line["reason"] for line in lines)
    answered = {Path(line["path"]).name for line in lines if line["replies"]}
    assert answered == {"two-way-sms-payload.json"}
    assert all(line["rows"] for line in lines)


def test_a_stop_is_obeyed_on_one_machine(tmp_path: Path) -> None:
    (stopped,) = ingest(tmp_path, input_=sms_event("STOP", "s1"))
    assert stopped["outcome"] == "turn"
    assert "unsubscribed" in stopped["replies"][0]
    (silent,) = ingest(tmp_path, input_=sms_event("What is your return policy?", "s2"))
    assert silent["replies"] == []
    consents = rows(tmp_path, "SELECT type, status FROM events WHERE type = 'consent'")
    assert [row["status"] for row in consents] == ["opted_out"]


def test_ingest_goes_on_after_an_event_that_meets_a_defect_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = Deployment.receive

    def odd(deployment: Deployment, delivered: Delivered) -> Received:
        if delivered.event["inboundMessageId"] == "odd":
            raise OverflowError("int too large to convert to float")
        return receive(deployment, delivered)

    monkeypatch.setattr(Deployment, "receive", odd)
    bad, good = ingest(tmp_path, input_=sms_event("hi", "odd") + b"\n" + sms_event("hello", "fine"))
    assert bad["outcome"] == "rejected"
    assert "a defect while receiving: OverflowError" in bad["reason"]
    assert good["outcome"] == "turn"
    assert [row["reason"] for row in rows(tmp_path, "SELECT reason FROM rejected")] == [bad["reason"]]
