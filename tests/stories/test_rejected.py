"""What could not become a row is listed, mended and replayed; twice gives the same lake."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from infra.local.deployment import Deployment
from infra.operating.replay.originals import Original, of_files
from infra.operating.replay.replaying import plan, replay
from infra.operating.replay.targets import EmbeddedTarget, StreamTarget
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.errors import EventError
from orchestrator.model import Record
from orchestrator.settings import Settings
from tests.golden.cases import all_cases
from tests.kit import NOON, OURS, Clock, sms_event
from tests.lake_rows import files
from tests.stories.test_ingest import ingest, rows, run
from tests.stories.test_quarantine import announced
from tests.stories.test_templates import override
from transformer.json_text import parse_json
from transformer.pipeline import transform
from transformer.results import as_event

GOLDEN = {case.name: case.record for case in all_cases()}
DELIVERED = GOLDEN["sms_event_delivered"]
LAMBDA = "arn:aws:lambda:eu-west-1:444455556666:function:transformer"


def lake(data: Path) -> dict[str, list[str]]:
    """Every row of the lake's files, as text: twice where it is there twice."""
    return {
        table: sorted(str(row) for path in files(data / "lake", table) for row in pq.read_table(path).to_pylist())
        for table in ("events", "conversations", "rejected")
    }


def rejected(data: Path, *arguments: str) -> list[dict[str, Any]]:
    result = run(data, "rejected", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def replays(data: Path, *arguments: str) -> list[str]:
    return [row["replay"] for row in rejected(data, "replay", *arguments)]


def broken_template(data: Path) -> Path:
    """An override that makes no row of any SMS event."""
    return override(data, '"message_id": event.messageId', '"message_id": event.mesageId', "sms_event")


def test_what_a_mended_template_can_read_is_replayed_once(tmp_path: Path) -> None:
    path = broken_template(tmp_path)
    ingest(tmp_path, input_=DELIVERED)
    assert rows(tmp_path, "SELECT * FROM events") == []
    (waiting,) = rejected(tmp_path, "list")
    assert (waiting["stage"], waiting["source"], waiting["replay"]) == ("render", "sms_event", "rejected")
    assert "message_id: event.mesageId is missing" in waiting["reason"]
    assert replays(tmp_path) == ["rejected"]
    path.unlink()
    before = lake(tmp_path)
    assert replays(tmp_path, "--dry-run") == ["replay"]
    assert lake(tmp_path) == before
    assert replays(tmp_path) == ["replay"]
    (row,) = rows(tmp_path, "SELECT status, message_id FROM events")
    assert row["status"] == "TEXT_DELIVERED"
    once = lake(tmp_path)
    assert replays(tmp_path) == ["there"]
    assert lake(tmp_path) == once
    assert [each["replay"] for each in rejected(tmp_path, "list")] == ["there"]


def test_a_replayed_event_keeps_the_time_of_its_first_arrival(tmp_path: Path) -> None:
    clock = Clock()
    with Deployment(tmp_path, Settings(), clock=clock) as deployment:
        event = {key: value for key, value in json.loads(DELIVERED).items() if key != "eventTimestamp"}
        override(
            tmp_path, "event.eventTimestamp | parse_time", "(event.eventTimestamp or envelope.occurred_at)", "sms_event"
        )
        original = Original("render", "", "", json.dumps(event).encode(), NOON)
        clock.advance(days=3)
        assert [each.verdict for each in replay([original], EmbeddedTarget(deployment))] == ["replay"]
    (row,) = rows(tmp_path, "SELECT occurred_at, received_at FROM events")
    assert row["occurred_at"] == NOON.timestamp() * 1000
    assert row["received_at"] == (NOON + timedelta(days=3)).timestamp() * 1000


def test_only_what_is_named_or_came_since_is_replayed(tmp_path: Path) -> None:
    path = broken_template(tmp_path)
    blocked = GOLDEN["sms_event_blocked"]
    ingest(tmp_path, input_=DELIVERED)
    ingest(tmp_path, input_=blocked)
    path.unlink()
    listed = rejected(tmp_path, "list")
    assert len(listed) == 2
    assert rejected(tmp_path, "list", "--since", "2999-01-01") == []
    assert len(rejected(tmp_path, "list", "--since", "1h")) == 2
    assert len(rejected(tmp_path, "replay", listed[0]["event_id"])) == 1
    assert sorted(each["replay"] for each in rejected(tmp_path, "list")) == ["replay", "there"]
    assert "neither a time" in run(tmp_path, "rejected", "list", "--since", "soon").stderr
    assert "was not rejected" in run(tmp_path, "rejected", "replay", "0" * 32).stderr


def test_what_was_rejected_is_shown_byte_for_byte_and_drives_no_terminal(tmp_path: Path) -> None:
    event = b'\xff\x1b[2J{"not": json'
    ingest(tmp_path, input_=event)
    (listed,) = rejected(tmp_path, "list")
    assert listed["stage"] == "parse"
    assert run(tmp_path, "rejected", "show", listed["event_id"], "--raw").stdout_bytes == event
    shown = run(tmp_path, "rejected", "show", listed["event_id"]).stdout
    assert "\x1b" not in shown
    assert "not JSON" in shown
    before = lake(tmp_path)
    assert replays(tmp_path) == ["rejected"]
    assert lake(tmp_path) == before


@pytest.mark.parametrize(
    ("channel", "event", "answered"),
    [
        (SmsChannel, sms_event("hello"), True),
        (WhatsAppChannel, Path("tests/events/whatsapp_text.json").read_bytes(), True),
        (EmailChannel, announced(), True),
        (SmsChannel, sms_event("STOP"), True),
        (SmsChannel, sms_event("an echo", theirs=OURS), False),
        (EmailChannel, announced(virusVerdict={"status": "FAIL"}), False),
    ],
)
def test_what_the_hub_had_rejected_is_answered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channel: Any, event: bytes, answered: bool
) -> None:
    def refuse(*_: object) -> None:
        raise EventError("messageBody", "is too odd")

    with monkeypatch.context() as patched:
        patched.setattr(channel, "parse", refuse)
        (line,) = ingest(tmp_path, input_=event)
        assert line["outcome"] == "rejected"
        assert [each["because"] for each in rejected(tmp_path, "replay")] == ["messageBody is too odd"]
    assert [each["because"] for each in rejected(tmp_path, "list")] == ["goes to the hub"]
    (done,) = rejected(tmp_path, "replay")
    assert done["because"].startswith("turn" if answered else ("ignored", "quarantined"))
    assert len(rows(tmp_path, "SELECT * FROM conversations WHERE direction = 'outbound'")) == answered
    once = lake(tmp_path)
    assert [each["because"] for each in rejected(tmp_path, "replay")] == ["the hub has it"]
    assert lake(tmp_path) == once


# ── Firehose's error objects ────────────────────────────────────────────────────────────────────────────────────────


def error(record: bytes, **fields: object) -> bytes:
    """As Firehose writes what its transformer has failed on."""
    return msgspec.json.encode(
        {
            "attemptsMade": 4,
            "arrivalTimestamp": int(NOON.timestamp() * 1000),
            "errorCode": "Lambda.FunctionError",
            "errorMessage": "The Lambda function was successfully invoked but it returned an error result.",
            "attemptEndingTimestamp": int(NOON.timestamp() * 1000) + 4000,
            "rawData": base64.b64encode(record).decode(),
            "lambdaArn": LAMBDA,
            **fields,
        }
    )


def unwritten(*made: object) -> bytes:
    """As Firehose writes rows that it could not convert."""
    lines = b"\n".join(msgspec.json.encode(values) for values in made)
    document = json.loads(
        error(lines, ErrorCode="DataFormatConversion.InvalidSchema", dataCatalogTable={"tableName": "x"})
    )
    return json.dumps({name: value for name, value in document.items() if name != "lambdaArn"}).encode()


def hub_rejection(original: bytes) -> bytes:
    kept = {"parley": "rejected", "stage": "parse", "reason": "odd", "original": base64.b64encode(original).decode()}
    return json.dumps(kept).encode()


OPENED, CLICKED, TURN = GOLDEN["ses_open"], GOLDEN["ses_click"], GOLDEN["turn_answered"]
ERRORS = {
    "events-processing-failed/a": error(DELIVERED) + b"\n" + error(OPENED + CLICKED + b"{broken") + b"\n",
    "events-processing-failed/b": error(hub_rejection(sms_event("hello", "m7"))),
    "conversations-processing-failed/c": error(TURN),
    "events-format-conversion-failed/d": unwritten(
        transform(GOLDEN["ses_bounce"], NOON)[0].values,
        as_event(transform(hub_rejection(b"{odd"), NOON)[0]),  # type: ignore[arg-type]
    ),
}


def test_a_row_that_has_no_event_is_shown_and_left(tmp_path: Path) -> None:
    row = transform(TURN, NOON)[0].values
    (tmp_path / "errors").write_bytes(unwritten(row))
    (done,) = rejected(tmp_path / "data", "replay", "--from", str(tmp_path / "errors"))
    assert (done["stage"], done["replay"]) == ("rows", "rejected")
    assert lake(tmp_path / "data") == {"events": [], "conversations": [], "rejected": []}


@pytest.mark.parametrize("depth", [300, 5_000, 100_000])
def test_what_is_nested_too_deeply_to_be_written_is_left(tmp_path: Path, depth: int) -> None:
    nested = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    (tmp_path / "errors").write_bytes(error(nested))
    (done,) = rejected(tmp_path / "data", "replay", "--from", str(tmp_path / "errors"))
    assert done["replay"] == ("replay" if depth == 300 else "rejected")


def folder(path: Path) -> str:
    for name, content in ERRORS.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def expected_ids() -> set[object]:
    records = (DELIVERED, OPENED, CLICKED, TURN, GOLDEN["ses_bounce"])
    return {row.values["event_id"] for record in records for row in transform(record, NOON)}


def test_firehose_errors_are_replayed_into_the_lake_and_only_what_is_missing(tmp_path: Path) -> None:
    where, data = folder(tmp_path / "errors"), tmp_path / "data"
    with Deployment(data, Settings()) as deployment:
        deployment.store.journal.record([Record("events", OPENED)])  # it has been delivered all the same
    assert len(rejected(data, "list", "--from", where)) == 7
    done = rejected(data, "replay", "--from", where)
    assert sorted(each["replay"] for each in done) == ["rejected"] * 2 + ["replay"] * 5
    stored = [row["event_id"] for table in ("events", "conversations") for row in rows(data, table)]
    assert expected_ids() <= set(stored)
    assert len(stored) == len(set(stored))
    accounts = rows(
        data, "SELECT DISTINCT account_id FROM events WHERE source = 'sms_event' AND direction = 'outbound'"
    )
    assert {"account_id": "444455556666"} in accounts
    (answered,) = rows(data, "SELECT message FROM conversations WHERE direction = 'inbound' AND message_id = 'm7'")
    assert answered["message"] == "hello"
    once = lake(data)
    assert sorted(replays(data, "--from", where)) == ["rejected"] * 2 + ["there"] * 5
    assert lake(data) == once


def test_errors_are_read_from_a_bucket_as_from_a_folder(tmp_path: Path, aws: None) -> None:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="lake")
    for name, content in ERRORS.items():
        client.put_object(Bucket="lake", Key=f"errors/{name}", Body=content)
    client.put_object(Bucket="lake", Key="other/x", Body=b"no errors")
    assert of_files("s3://lake/errors/") == of_files(folder(tmp_path / "errors"))
    result = run(tmp_path / "data", "rejected", "list", "--from", "s3://nowhere/errors")
    assert result.exit_code == 1
    assert "s3://nowhere/errors cannot be read" in result.stderr


def test_errors_are_chosen_by_when_their_records_came(tmp_path: Path) -> None:
    where = folder(tmp_path / "errors")
    assert len(of_files(where, NOON)) == 7
    assert of_files(where, NOON + timedelta(seconds=1)) == []


def test_rejected_rows_among_good_ones_are_found_in_the_lakes_files(tmp_path: Path) -> None:
    broken_template(tmp_path / "a")
    ingest(tmp_path / "a", input_=DELIVERED)
    (row,) = rejected(tmp_path / "a", "list", "--from", str(tmp_path / "a/lake"))
    assert (row["stage"], row["source"]) == ("render", "sms_event")
    assert replays(tmp_path / "b", "--from", str(tmp_path / "a/lake")) == ["replay"]
    assert len(rows(tmp_path / "b", "SELECT * FROM events")) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{}", "a document without rawData"),
        (b"{broken", "is not what Firehose writes"),
        (b'{"rawData": "%"}', "rawData is not base64"),
    ],
)
def test_what_is_no_error_object_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x").write_bytes(content)
    result = run(tmp_path / "data", "rejected", "list", "--from", str(tmp_path / "x"))
    assert result.exit_code == 1
    assert reason in result.stderr
    assert str(tmp_path / "x") in result.stderr
    assert "cannot be read" in run(tmp_path / "data", "rejected", "list", "--from", str(tmp_path / "y")).stderr


# ── a deployment's streams ──────────────────────────────────────────────────────────────────────────────────────────


class Firehose:
    def __init__(self) -> None:
        self.streams: dict[str, list[bytes]] = {}

    def put_record_batch(self, *, DeliveryStreamName: str, Records: list[dict[str, bytes]]) -> dict[str, object]:  # noqa: N803
        self.streams.setdefault(DeliveryStreamName, []).extend(record["Data"] for record in Records)
        return {"FailedPutCount": 0}


class Sqs:
    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> object:  # noqa: N803
        self.bodies.append(MessageBody)
        return {}


def test_each_record_goes_to_the_stream_of_its_table_and_a_rejection_to_the_hub(tmp_path: Path) -> None:
    firehose, sqs = Firehose(), Sqs()
    target = StreamTarget(firehose, {"events": "e", "conversations": "c"}, sqs, "https://queue")
    done = list(replay(of_files(folder(tmp_path)), target))
    assert sorted(each.verdict for each in done) == ["rejected"] * 2 + ["replay"] * 5
    assert sqs.bodies == [sms_event("hello", "m7").decode()]
    put = {
        row.values["event_id"]
        for records in firehose.streams.values()
        for each in records
        for row in transform(each, NOON)
    }
    assert put == expected_ids()
    assert {row.table for each in firehose.streams["c"] for row in transform(each, NOON)} == {"conversations"}


def test_without_its_stream_or_queue_nothing_is_put_back(tmp_path: Path) -> None:
    firehose, sqs = Firehose(), Sqs()
    done = list(replay(of_files(folder(tmp_path)), StreamTarget(firehose, {"events": "e"}, sqs)))
    reasons = {each.reason for each in done if each.verdict == "rejected"}
    assert any("--conversations-stream" in reason for reason in reasons)
    assert any("--inbound-queue" in reason for reason in reasons)
    assert list(firehose.streams) == ["e"]
    assert sqs.bodies == []


@mock_aws
def test_the_command_sends_to_queue_and_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    sqs = boto3.client("sqs", region_name="eu-west-1")
    url = sqs.create_queue(QueueName="inbound")["QueueUrl"]
    (tmp_path / "errors").write_bytes(ERRORS["events-processing-failed/b"])
    assert replays(tmp_path / "data", "--from", str(tmp_path / "errors"), "--inbound-queue", url) == ["replay"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == sms_event("hello", "m7").decode()
    result = run(tmp_path / "data", "rejected", "replay", "--from", folder(tmp_path / "all"), "--events-stream", "none")
    assert result.exit_code == 1
    assert "ResourceNotFound" in result.stderr


# ── whatever was rejected ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_turn_is_replayed_whole_or_not_at_all(tmp_path: Path) -> None:
    turn = parse_json(TURN)
    assert isinstance(turn, dict)
    broken = json.loads(json.dumps(turn))
    del broken["turn"]["messages"][0]["message_id"]
    with Deployment(tmp_path, Settings()) as deployment:
        planned = list(
            plan([Original("firehose", "", "", json.dumps(broken).encode(), NOON)], EmbeddedTarget(deployment))
        )
        assert [each.verdict for each in planned] == ["rejected"]


def test_what_waits_in_the_journal_is_not_put_there_again(tmp_path: Path) -> None:
    with Deployment(tmp_path, Settings()) as deployment:
        target = EmbeddedTarget(deployment)
        original = Original("firehose", "", "", DELIVERED, NOON)
        assert [each.verdict for each in replay([original], target)] == ["replay"]
        assert [each.verdict for each in replay([original], target)] == ["there"]
    assert len(lake(tmp_path)["events"]) == 1


def test_two_originals_of_one_event_give_one_row(tmp_path: Path) -> None:
    with Deployment(tmp_path, Settings()) as deployment:
        originals = [Original("firehose", "", "", DELIVERED + blank, NOON) for blank in (b"", b"\n", b"\n\n")]
        verdicts = [each.verdict for each in replay(originals, EmbeddedTarget(deployment))]
    assert verdicts == ["replay", "there", "there"]
    assert len(lake(tmp_path)["events"]) == 1


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(GOLDEN)) | st.binary(max_size=30), max_size=12), st.data())
def test_replaying_anything_twice_gives_the_same_lake_as_once(picks: list[str | bytes], data: st.DataObject) -> None:
    records = [GOLDEN[pick] if isinstance(pick, str) else pick for pick in picks]
    originals = [Original("firehose", "", "", record, NOON) for record in records]
    there = [record for record in records if data.draw(st.booleans())]
    with TemporaryDirectory() as path, Deployment(Path(path), Settings()) as deployment:
        deployment.store.journal.record([Record("events", each) for each in there])
        list(replay(originals, EmbeddedTarget(deployment)))
        deployment.lake.flush()
        once = lake(Path(path))
        again = list(replay(originals, EmbeddedTarget(deployment)))
        deployment.lake.flush()
        assert lake(Path(path)) == once
        assert not [each for each in again if each.verdict == "replay"]
