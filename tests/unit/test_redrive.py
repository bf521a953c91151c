"""Dead letters go back where their like goes: to queues, onto streams, or away; run twice, nothing happens twice."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto.s3.models import s3_backends

from infra.cli.main import parley
from infra.outputs import KnowledgeOutputs, SourcesOutputs
from orchestrator.bootstrap import now
from orchestrator.model import Record
from orchestrator.stores.dynamodb.store import DynamoStore
from tests.stage_kit import NAME, REGION, Deployed, an_account, publish


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with an_account(monkeypatch):
        yield Deployed.on_moto()


@pytest.fixture
def sqs(deployed: Deployed) -> Any:
    return boto3.client("sqs", region_name=REGION)


def redrive(tmp_path: Path, *words: str, status: int = 0) -> Result:
    arguments = ["--data", str(tmp_path / "data"), "--stage", NAME, "redrive", *words]
    result = CliRunner().invoke(parley, arguments)
    assert result.exit_code == status, result.output
    return result


def redriven(tmp_path: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(redrive(tmp_path, *words, "--format", "json").stdout)
    return found


def bodies(sqs: Any, url: str) -> list[str]:
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [message["Body"] for message in messages]
    return found


def on_stream(stream: str) -> bytes:
    """What moto's Firehose has written of a stream."""
    bucket = s3_backends["123456789012"]["global"].buckets["lake-of-trial"]
    return b"".join(key.value for name, key in sorted(bucket.keys.items()) if name.startswith(f"put/{stream}/"))


def test_events_go_back_to_the_inbound_queue_and_leave_no_letter(tmp_path: Path, deployed: Deployed, sqs: Any) -> None:
    for number in range(25):
        sqs.send_message(QueueUrl=deployed.hub.inbound_dead_letters_url, MessageBody=f"event {number}")
    planned = redriven(tmp_path, "inbound", "--dry-run")
    assert (planned["dead_letters"], planned["to_put_back"], planned["put_back"]) == (25, 25, 0)
    assert bodies(sqs, deployed.hub.inbound_queue_url) == []
    told = redriven(tmp_path, "inbound")
    assert told == {**planned, "dry_run": False, "put_back": 25, "left": 0}
    assert sorted(bodies(sqs, deployed.hub.inbound_queue_url)) == sorted(f"event {number}" for number in range(25))
    assert redriven(tmp_path, "inbound")["put_back"] == 0


def test_wake_ups_keep_the_group_of_their_conversation(tmp_path: Path, deployed: Deployed, sqs: Any) -> None:
    for key in ("sms-1", "sms-2"):
        sqs.send_message(
            QueueUrl=deployed.hub.wake_ups_dead_letters_url,
            MessageBody=key,
            MessageGroupId=key,
            MessageDeduplicationId=key,
        )
    assert redriven(tmp_path, "wake-ups")["put_back"] == 2
    received = sqs.receive_message(
        QueueUrl=deployed.hub.wake_ups_queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )["Messages"]
    assert {each["Body"]: each["Attributes"]["MessageGroupId"] for each in received} == {
        "sms-1": "sms-1",
        "sms-2": "sms-2",
    }


def test_events_of_the_sources_go_onto_the_stream_of_events(tmp_path: Path, deployed: Deployed, sqs: Any) -> None:
    url = sqs.create_queue(QueueName="sources-dead")["QueueUrl"]
    publish(SourcesOutputs(dead_letters_url=url))
    sqs.send_message(QueueUrl=url, MessageBody='{"eventType": "TEXT_DELIVERED"}')
    assert redriven(tmp_path, "sources")["put_back"] == 1
    assert b"TEXT_DELIVERED" in on_stream(deployed.lake.events_stream_name)
    assert bodies(sqs, url) == []


def test_records_that_no_pipe_brought_go_onto_their_streams_from_the_table(
    tmp_path: Path, deployed: Deployed, sqs: Any
) -> None:
    dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
    journal = DynamoStore(dynamodb, deployed.hub.conversations_table_name, now).journal
    journal.record([Record("events", b'{"parley": "consent"}'), Record("conversations", b'{"parley": "turn"}')])
    place = {"DDBStreamBatchInfo": {"shardId": "shardId-1", "startSequenceNumber": "1", "endSequenceNumber": "2"}}
    sqs.send_message(QueueUrl=deployed.hub.records_dead_letters_url, MessageBody=json.dumps(place))
    planned = redriven(tmp_path, "records", "--dry-run")
    assert (planned["dead_letters"], planned["to_put_back"]) == (1, 2)
    told = redriven(tmp_path, "records")
    assert (told["put_back"], told["left"]) == (2, 0)
    assert on_stream(deployed.lake.events_stream_name) == b'{"parley": "consent"}'
    assert on_stream(deployed.lake.conversations_stream_name) == b'{"parley": "turn"}'


def test_a_stopped_pipe_that_left_no_letter_is_made_up_for_too(tmp_path: Path, deployed: Deployed) -> None:
    dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
    DynamoStore(dynamodb, deployed.hub.conversations_table_name, now).journal.record([Record("events", b"{}")])
    assert redriven(tmp_path, "records")["put_back"] == 1


def test_documents_wait_for_their_ingestion_again(tmp_path: Path, deployed: Deployed, sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="uploads-dead")["QueueUrl"]
    uploads = sqs.create_queue(QueueName="uploads")["QueueUrl"]
    publish(KnowledgeOutputs(uploads_queue_url=uploads, uploads_dead_letters_url=dead))
    sqs.send_message(QueueUrl=dead, MessageBody="put")
    assert redriven(tmp_path, "uploads")["put_back"] == 1
    assert bodies(sqs, uploads) == ["put"]


def test_what_only_tells_of_a_failed_run_is_thrown_away(tmp_path: Path, deployed: Deployed, sqs: Any) -> None:
    sqs.send_message(QueueUrl=deployed.hub.sweep_dead_letters_url, MessageBody="{}")
    said = redrive(tmp_path, "sweep", "--dry-run").stdout
    assert said == "About 1 dead letters; 0 would go to nobody: the next sweep has done its work.\n"
    assert redriven(tmp_path, "sweep")["left"] == 0


def test_a_stage_without_such_a_queue_says_so(tmp_path: Path, deployed: Deployed) -> None:
    assert "this stage has no dead letters of compaction" in redrive(tmp_path, "compaction", status=2).stderr


def test_a_letter_whose_work_could_not_be_put_back_stays(
    tmp_path: Path, deployed: Deployed, sqs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs.send_message(QueueUrl=deployed.hub.inbound_dead_letters_url, MessageBody="event")
    sqs.delete_queue(QueueUrl=deployed.hub.inbound_queue_url)
    said = redrive(tmp_path, "inbound", status=1)
    assert "run it again to finish" in said.stderr
    names = ["ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=deployed.hub.inbound_dead_letters_url, AttributeNames=names)
    assert left["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "1"}
