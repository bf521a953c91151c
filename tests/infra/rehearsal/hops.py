"""What AWS does between two resources, where moto does not: each function is one hop, done as its source says.

    invoked      Lambda runs a handler in its environment
    polled       Lambda reads a queue for a function, and deletes what did not fail
    piped        EventBridge Pipes reads a table's stream, filters, and puts onto a stream of Firehose
    notified     SNS tells a stream of Firehose
    delivered    Firehose has a function transform records, converts rows to Parquet, and writes them to S3

Real are, in moto: S3, SQS with FIFO groups, SNS to SQS, DynamoDB and its stream, Secrets Manager.
"""

import base64
import importlib
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventPattern

from tests.infra.permissions.deployed import cold_start
from tests.infra.rehearsal.account import Account, Resource
from tests.infra.rehearsal.values import ACCOUNT, REGION

_RUNTIME = {"AWS_LAMBDA_FUNCTION_NAME": "rehearsed", "AWS_REGION": REGION}
_ARROW: Mapping[str, Any] = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "array<string>": pa.list_(pa.string()),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
_ids = itertools.count(1)


def invoked(function: Resource, event: Mapping[str, Any]) -> Any:
    """Each time as after a cold start. Raises what the handler raises."""
    with in_place_of(function) as handler:
        return handler(json.loads(json.dumps(event)), None)


@contextmanager
def in_place_of(function: Resource) -> Iterator[Callable[[Any, Any], Any]]:
    """The function's handler, in its environment and after a cold start."""
    path, _, name = function.properties["Handler"].rpartition(".")
    module = importlib.import_module(path)
    cold_start(module)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in {**_RUNTIME, **function.properties["Environment"]["Variables"]}.items():
            patch.setenv(variable, value)
        yield getattr(module, name)


def polled(account: Account, mapping: Resource) -> bool:
    """Whether there was something in the queue.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    sqs: Any = boto3.client("sqs")
    told = mapping.properties
    url = sqs.get_queue_url(QueueName=told["EventSourceArn"].rsplit(":", 1)[-1])["QueueUrl"]
    batch = min(told["BatchSize"], 10)
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=batch, AttributeNames=["All"]).get("Messages", [])
    if not found:
        return False
    (function,) = [each for each in account.all("AWS::Lambda::Function") if each.name == told["FunctionName"]]
    records = [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "eventSourceARN": told["EventSourceArn"],
        }
        for message in found
    ]
    answer = invoked(function, {"Records": records})
    failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
    for record in records:
        if record["messageId"] not in failed:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
    return True


def piped(pipe: Resource, seen: int) -> list[bytes]:
    """Stream records from the `seen`th on that the pipe lets through, as they are. moto's own reading of them fails.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
    """
    table = re.search(r":table/([^/]+)/stream/", pipe.properties["Source"])
    assert table, "the pipe reads no table's stream"
    shard = dynamodb_backends[ACCOUNT][REGION].tables[table[1]].stream_shard
    assert shard, "the table has no stream"
    changes = [json.loads(json.dumps(record.to_json(), default=str)) for record in shard.items[seen:]]
    (wanted,) = pipe.properties["SourceParameters"]["FilterCriteria"]["Filters"]
    pattern = EventPattern.load(wanted["Pattern"])
    return [json.dumps(change).encode() for change in changes if pattern.matches_event(change)]


def notified(topic_arn: str, message: str, at: datetime) -> bytes:
    """A notification as Firehose gets it, without raw delivery.

    Source: https://docs.aws.amazon.com/sns/latest/dg/firehose-message-archiving.html
    """
    told = {
        "Type": "Notification",
        "MessageId": f"00000000-0000-4000-8000-{next(_ids):012}",
        "TopicArn": topic_arn,
        "Message": message,
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    return json.dumps(told).encode()


def delivered(account: Account, stream: Resource, records: Sequence[bytes], at: datetime) -> int:
    """How many rows were written. Nothing is written for a table that is not there.

    Source: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html and record-format-conversion.html
    """
    to = stream.properties["ExtendedS3DestinationConfiguration"]
    made = _transformed(account, stream, to["ProcessingConfiguration"], records, at)
    bucket = to["BucketARN"].rsplit(":", 1)[-1]
    for record in made["ProcessingFailed"]:
        _put(bucket, _prefix(to["ErrorOutputPrefix"], at, "processing-failed"), record)
    rows = [json.loads(line) for data in made["Ok"] for line in data.splitlines()]
    if rows:
        conversion = to["DataFormatConversionConfiguration"]
        _put(bucket, _prefix(to["Prefix"], at, ""), _parquet(account, conversion, rows))
    return len(rows)


def _transformed(
    account: Account, stream: Resource, processing: Mapping[str, Any], records: Sequence[bytes], at: datetime
) -> dict[str, list[bytes]]:
    (processor,) = processing["Processors"]
    parameters = {each["ParameterName"]: each["ParameterValue"] for each in processor["Parameters"]}
    batch = [
        {
            "recordId": str(number),
            "approximateArrivalTimestamp": int(at.timestamp() * 1000),
            "data": base64.b64encode(record).decode(),
        }
        for number, record in enumerate(records)
    ]
    event = {"deliveryStreamArn": account.arn_of(stream), "records": batch}
    reply = invoked(account.called(parameters["LambdaArn"], "AWS::Lambda::Function"), event)
    assert [each["recordId"] for each in reply["records"]] == [each["recordId"] for each in batch]
    made: dict[str, list[bytes]] = {"Ok": [], "Dropped": [], "ProcessingFailed": []}
    for each in reply["records"]:
        made[each["result"]].append(base64.b64decode(each["data"]))
    return made


def _parquet(account: Account, conversion: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows in the columns of the Glue table: what a row has beyond them is dropped, what it lacks is null."""
    (table,) = [
        each.properties["TableInput"]
        for each in account.all("AWS::Glue::Table")
        if each.name == conversion["SchemaConfiguration"]["TableName"]
    ]
    schema = pa.schema([(each["Name"], _ARROW[each["Type"]]) for each in table["StorageDescriptor"]["Columns"]])
    maps = [field.name for field in schema if pa.types.is_map(field.type)]
    opened = [{**row, **{name: list(row[name].items()) for name in maps}} for row in rows]
    written = io.BytesIO()
    serializer = conversion["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"]
    pq.write_table(pa.Table.from_pylist(opened, schema), written, compression=serializer["Compression"])
    return written.getvalue()


def _prefix(prefix: str, at: datetime, error: str) -> str:
    """With the values of Firehose's own expressions; the format is Java's, of which these letters are used.

    Source: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    hour = prefix.replace("!{timestamp:yyyy/MM/dd/HH}", f"{at:%Y/%m/%d/%H}")
    evaluated = hour.replace("!{firehose:error-output-type}", error)
    assert "!{" not in evaluated, f"an expression that is not known: {evaluated}"
    return evaluated


def _put(bucket: str, prefix: str, content: bytes) -> None:
    client: Any = boto3.client("s3")
    client.put_object(Bucket=bucket, Key=f"{prefix}{next(_ids):06}", Body=content)


def objects(bucket: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Key and content of everything below `prefix`."""
    client: Any = boto3.client("s3")
    for each in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
        yield each["Key"], client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
