"""What the hub writes for the lake reaches the stream that it is for, and nothing else of the table does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventPattern

from tests.deployed import DeployedMachine
from tests.infra.hub import hub, of_type, one, statements, target
from tests.kit import sms_event
from transformer.envelopes import Event, events_of
from transformer.sources import SOURCES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]  # the template is made once

STREAMS = ("events", "conversations")


def pipe(stream: str) -> Any:
    return one(hub(), "AWS::Pipes::Pipe", f"{stream.title()}Pipe")


def role(stream: str) -> list[Any]:
    (policy,) = [
        each
        for each in of_type(hub(), "AWS::IAM::Policy").values()
        if target(each["Roles"][0]) == target(pipe(stream)["RoleArn"])
    ]
    return list(statements({"": policy}))


@pytest.fixture
def changes(aws: None, tmp_path: Path) -> list[dict[str, Any]]:
    """The table's stream after a turn, a message that nobody answers and an event that nobody can read."""
    machine = DeployedMachine(tmp_path)
    machine.deliver(sms_event("When do you open?"))
    machine.work_one()
    machine.deliver(sms_event("STOP", "m2"))
    machine.deliver(b"no event at all")
    return _stream(machine.name)


def _stream(table: str) -> list[dict[str, Any]]:
    """As moto keeps it for a table that is like the template's; its own DescribeStream answers 404."""
    shard: Any = dynamodb_backends["123456789012"]["eu-west-1"].tables[table].stream_shard
    return [json.loads(json.dumps(record.to_json(), default=str)) for record in shard.items]


def taken(stream: str, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    (only,) = pipe(stream)["SourceParameters"]["FilterCriteria"]["Filters"]
    pattern: Any = EventPattern.load(only["Pattern"])  # made for EventBridge's own events; a pipe's filter is the same
    return [change for change in changes if pattern.matches_event(change)]


def opened(changes: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """What the transformer finds in stream records as the pipe sends them."""
    found = [each for change in changes for each in events_of(json.dumps(change).encode(), {})]
    return [each.body if isinstance(each, Event) else {"parley": "rejected"} for each in found]


def test_each_record_goes_to_the_one_stream_that_it_is_for(changes: list[dict[str, Any]]) -> None:
    events, conversations = (taken(stream, changes) for stream in STREAMS)
    written = [change for change in changes if "record" in change["dynamodb"].get("NewImage", {})]
    assert len(written) == len(events) + len(conversations) < len(changes)
    assert [event.get("parley") for event in opened(conversations)] == ["turn"]
    told = [str(event.get("parley") or event.get("messageBody")) for event in opened(events)]
    assert sorted(told) == ["When do you open?", "consent", "outcome", "rejected"]


def test_the_transformer_knows_every_record(changes: list[dict[str, Any]]) -> None:
    for stream in STREAMS:
        for event in opened(taken(stream, changes)):
            sources = [source for source in SOURCES if source.recognises(dict(event))]
            assert event.get("parley") == "rejected" or [source.table.name for source in sources] == [stream]


def test_a_change_or_an_end_of_a_record_is_not_sent_again(changes: list[dict[str, Any]]) -> None:
    for stream in STREAMS:
        for change in taken(stream, changes):
            assert not taken(stream, [{**change, "eventName": "MODIFY"}, {**change, "eventName": "REMOVE"}])


@pytest.mark.parametrize("stream", STREAMS)
def test_a_pipe_leads_from_the_table_to_its_stream_from_the_beginning(stream: str) -> None:
    found = pipe(stream)
    assert target(found["Source"]).startswith("Conversations")
    assert f"{stream.title()}Stream" in found["Target"]["Fn::GetStackOutput"]["OutputName"]
    assert found["SourceParameters"]["DynamoDBStreamParameters"]["StartingPosition"] == "TRIM_HORIZON"
    assert "TargetParameters" not in found, "the transformer takes stream records as they are"


@pytest.mark.parametrize("stream", STREAMS)
def test_a_record_is_tried_for_as_long_as_the_stream_has_it_then_its_place_is_kept(stream: str) -> None:
    parameters = pipe(stream)["SourceParameters"]["DynamoDBStreamParameters"]
    assert parameters["MaximumRetryAttempts"] == -1
    assert 12 * 3600 <= parameters["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert target(parameters["DeadLetterConfig"]["Arn"]).startswith("RecordsDeadLetters")
    assert parameters["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert parameters["BatchSize"] <= 500, "what Firehose takes at once"


@pytest.mark.parametrize("stream", STREAMS)
def test_a_pipe_may_read_the_table_and_put_onto_its_stream_and_no_more(stream: str) -> None:
    allowed = {
        action: str(statement["Resource"])
        for statement in role(stream)
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert allowed.keys() == {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "firehose:PutRecordBatch",
        "sqs:SendMessage",
    }
    assert "StreamArn" in allowed["dynamodb:GetRecords"]
    assert f"{stream.title()}Stream" in allowed["firehose:PutRecordBatch"]
    assert "RecordsDeadLetters" in allowed["sqs:SendMessage"]
