"""The functions as a deployment runs them: real clients, moto behind them, fakes where moto has no service.

Every invocation is a cold start, so that what a function asks for only once is seen each time.
"""

import base64
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from moto import mock_aws
from moto.sqs import models as sqs_of_moto

from orchestrator import bootstrap, handlers
from orchestrator.sends import Send
from orchestrator.stores.dynamodb import items as dynamodb_items
from tests.infra.permissions.recording import Recorder, recording
from tests.infra.permissions.rights import Known
from tests.kit import Clock
from transformer import handler as transformer

INGRESS, CONVERSE, SWEEP = (f"orchestrator.handlers.{name}" for name in ("ingress", "converse", "sweep"))
SEND, PROGRESS, SWEEP_SENDS = (f"orchestrator.handlers.{name}" for name in ("send", "progress", "sweep_sends"))
TRANSFORMER = "transformer.handler.handler"
STREAM = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/events"
Event = Mapping[str, Any]


class Deployed:
    """What the function called `watched` asks AWS for is recorded; the others run to make it work."""

    def __init__(self, watched: str, recorder: Recorder, patch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.fakes = recorder.fakes
        self.known: Known = []
        self._watched = watched
        self._recorder = recorder
        self.patch = patch
        self._sqs: Any = boto3.client("sqs")
        self._s3: Any = boto3.client("s3")
        self._environment()
        patch.setattr(bootstrap, "now", self.clock)
        patch.setattr(sqs_of_moto, "unix_time", lambda: self.clock().timestamp())
        patch.setattr(sqs_of_moto, "unix_time_millis", lambda: self.clock().timestamp() * 1000)
        for name in ("deployed", "sending"):
            patch.setattr(bootstrap, name, functools.partial(getattr(bootstrap, name), clock=self.clock))

    def set(self, **settings: str) -> None:
        """Settings by their names: `model_id="…"`."""
        self.environ(**{f"PARLEY_{name.upper()}": value for name, value in settings.items()})

    def environ(self, **variables: str) -> None:
        """Variables of the function's environment."""
        for name, value in variables.items():
            self.known.append((name, value))
            self.patch.setenv(name, value)

    def bucket(self, name: str, **objects: bytes) -> None:
        """A bucket with objects."""
        self._s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for key, content in objects.items():
            self._s3.put_object(Bucket=name, Key=key, Body=content)

    def stream(self, name: str) -> None:
        """A Firehose stream."""
        firehose: Any = boto3.client("firehose")
        self.bucket("lake")
        destination = {"BucketARN": "arn:aws:s3:::lake", "RoleARN": "arn:aws:iam::123456789012:role/firehose"}
        firehose.create_delivery_stream(DeliveryStreamName=name, S3DestinationConfiguration=destination)

    def secret(self, name: str, value: str) -> str:
        """The ARN of a new secret."""
        made: Any = boto3.client("secretsmanager")
        arn: str = made.create_secret(Name=name, SecretString=value)["ARN"]
        return arn

    def ingress(self, event: bytes) -> None:
        """An event arrives."""
        self._sqs.send_message(QueueUrl=self._inbound, MessageBody=event.decode())
        self._from_queue(INGRESS, self._inbound)

    def converse(self) -> None:
        """The next wake-up arrives."""
        self._from_queue(CONVERSE, self._wake_ups)

    def send(self) -> None:
        """The next wake-up of a send arrives."""
        self._from_queue(SEND, self._sends)

    def told(self, event: bytes) -> None:
        """A provider tells what became of something."""
        self._sqs.send_message(QueueUrl=self._progress, MessageBody=event.decode())
        self._from_queue(PROGRESS, self._progress)

    def accepted(self, send: Send) -> None:
        """A send is kept and woken, by whoever takes requests."""
        settings, client = handlers._sending()
        bootstrap.sending(settings, client).accept(send)

    def sweep(self, *, minutes: float) -> None:
        """The sweeper comes by after `minutes`."""
        self.clock.advance(minutes=minutes)
        self.invoke(SWEEP, {})

    def transform(self, *records: bytes) -> None:
        """Firehose hands a batch over."""
        batch = [
            {"recordId": str(number), "data": base64.b64encode(record).decode()}
            for number, record in enumerate(records)
        ]
        self.invoke(TRANSFORMER, {"deliveryStreamArn": STREAM, "records": batch})

    def invoke(self, function: str, event: Event, context: object = None) -> object:
        """Run a function, by its handler's path, as Lambda does after a while without it."""
        path, _, name = function.rpartition(".")
        module = importlib.import_module(path)
        cold_start(module)
        on, self._recorder.on = self._recorder.on, function == self._watched
        try:
            return getattr(module, name)(event, context)
        finally:
            self._recorder.on = on

    def failing(self, operation: str) -> None:
        """The watched function's next request of the kind is lost."""
        self._recorder.failing = operation

    def during(self, call: int, act: Callable[[], None]) -> None:
        """Run `act` right before the watched function's `call`th call, as another worker would."""

        def unseen() -> None:
            self._recorder.on = False
            try:
                act()
            finally:
                self._recorder.on = True

        self._recorder.meanwhile[call] = unseen

    def _environment(self) -> None:
        dynamodb: Any = boto3.client("dynamodb")
        dynamodb.create_table(**dynamodb_items.table("conversations"))
        fifo = {"FifoQueue": "true", "VisibilityTimeout": "0"}
        self._inbound: str = self._sqs.create_queue(QueueName="inbound")["QueueUrl"]
        self._sends: str = self._sqs.create_queue(QueueName="sends")["QueueUrl"]
        self._progress: str = self._sqs.create_queue(QueueName="progress")["QueueUrl"]
        self._wake_ups: str = self._sqs.create_queue(QueueName="wake-ups.fifo", Attributes=fifo)["QueueUrl"]
        self.set(
            table_name="conversations",
            inbound_url=self._inbound,
            wake_ups_url=self._wake_ups,
            sends_url=self._sends,
            progress_url=self._progress,
            conversation_key_secret=self.secret("conversation-key", "a secret that is long enough"),
            sms_configuration_set="parley-sms",
            email_configuration_set="parley-mail",
            answerers="",
        )
        self.patch.setenv("AWS_LAMBDA_FUNCTION_NAME", "parley")

    def _from_queue(self, function: str, url: str) -> None:
        (message,) = self._sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }
        outcome: Any = self.invoke(function, {"Records": [record]})
        if not outcome["batchItemFailures"]:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def cold_start(module: ModuleType) -> None:
    """Forget what a warm function keeps."""
    for kept in vars(module).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@functools.cache
def _models(*_: object) -> Loader:
    """The services' models, parsed once for all sessions: half of a situation's time otherwise."""
    return Loader()


@contextmanager
def deployed(watched: str, recorder: Recorder) -> Iterator[Deployed]:
    """A deployment of its own, gone afterwards."""
    with pytest.MonkeyPatch.context() as patch, recording(recorder), mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setattr(botocore.session, "create_loader", _models)
        try:
            yield Deployed(watched, recorder, patch)
        finally:
            cold_start(handlers)
            cold_start(transformer)
