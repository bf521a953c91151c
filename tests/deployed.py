"""A hub as it is deployed: DynamoDB and SQS FIFO on moto, driven through the Lambda handlers."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import boto3
import msgspec
import pytest
from moto import mock_aws
from moto.sqs import models as sqs_of_moto

from orchestrator import handlers
from orchestrator.answerers.answerer import Answerer
from orchestrator.model import Turn
from orchestrator.sections import changed
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb import items as dynamodb_items
from orchestrator.stores.dynamodb.store import DynamoStore
from orchestrator.stores.sqs import SqsWakeUps
from tests.kit import Clock, Driven, Line, SmsLine, StubAnswerer

MAX_RECEIVES_OF_THE_QUEUE = 50
_names = itertools.count()


@dataclass
class DeployedMachine(Driven):
    """Has what `Machine` has, as far as the shared stories use it."""

    path: Path
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    line: Line = field(default_factory=SmsLine)
    answerers: Sequence[Answerer] = field(default_factory=lambda: (StubAnswerer(),))
    wrap: Any = lambda _name, port: port

    latest: ClassVar["DeployedMachine"]  # whose clock the queues of moto go by

    def __post_init__(self) -> None:
        self.name = f"parley-{next(_names)}"
        self._lock = threading.Lock()
        DeployedMachine.latest = self
        self.dynamodb: Any = _Atomic(boto3.client("dynamodb", region_name="eu-west-1"), self._lock)
        self.sqs: Any = _Atomic(boto3.client("sqs", region_name="eu-west-1"), self._lock)
        self.dynamodb.create_table(**dynamodb_items.table(self.name))
        self.dead_url = self._queue(f"{self.name}-dead.fifo", {})
        arn = f"arn:aws:sqs:eu-west-1:123456789012:{self.name}-dead.fifo"
        policy = msgspec.json.encode({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES_OF_THE_QUEUE})
        self.url = self._queue(f"{self.name}.fifo", {"RedrivePolicy": policy.decode()})
        self.settings = changed(self.settings, wake_ups_url=self.url, inbound_url=self.url)
        self.store: DynamoStore = DynamoStore(self.dynamodb, self.name, self.clock)
        self.queue: SqsWakeUps = SqsWakeUps(self.sqs, self.url)
        self.hub = self.build()

    def _queue(self, name: str, attributes: dict[str, str]) -> str:
        fifo = {"FifoQueue": "true", "VisibilityTimeout": str(int(self.settings.turns.claim_s)), **attributes}
        url: str = self.sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        return url

    def deliver(self, event: bytes) -> None:
        """One message of the inbound queue."""
        record = {"messageId": "in", "receiptHandle": "in", "body": event.decode(), "attributes": _received(1)}
        with self.serving():
            handlers.ingress({"Records": [record]}, None)

    def work_one(self) -> bool:
        """What the event-source mapping does with one wake-up."""
        received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1, AttributeNames=["All"])
        messages = received.get("Messages", [])
        for message in messages:
            count = int(message["Attributes"]["ApproximateReceiveCount"])
            record = {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": _received(count),
            }
            with self.serving():
                outcome = handlers.converse({"Records": [record]}, None)
            if not outcome["batchItemFailures"]:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)

    def serving(self) -> "_Serving":
        """While it is open, the handlers serve this machine."""
        return _Serving(self)

    def counts(self) -> dict[str, int]:
        sorts = [(item["pk"]["S"], item["sk"]["S"], "due" in item) for item in self._items()]
        return {
            "messages": sum(pk.startswith("message#") for pk, _, _ in sorts),
            "waiting": sum(sk.startswith("waiting#") for _, sk, _ in sorts),
            "unfinished": sum(sk.startswith("conversation#") and due for _, sk, due in sorts),
            "turns": sum(sk.startswith("turn#") for _, sk, _ in sorts),
        }

    def turns(self) -> list[Turn]:
        keys = sorted({item["pk"]["S"] for item in self._items() if item["sk"]["S"].startswith("turn#")})
        return [turn for key in keys for turn in self.store.conversations.turns(key.removeprefix("conversation#"))]

    def idle(self) -> bool:
        return not (self._in_queue(self.url) or self.counts()["unfinished"])

    def dead(self) -> int:
        return self._in_queue(self.dead_url)

    @property
    def records(self) -> list[dict[str, Any]]:
        items = sorted((item for item in self._items() if "record" in item), key=lambda item: str(item["pk"]["S"]))
        return [msgspec.json.decode(item["record"]["S"]) for item in items]

    def _items(self) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"TableName": self.name}
        while True:
            page = self.dynamodb.scan(**request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _in_queue(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


class _Serving:
    """The handlers' module answers for this machine while it is open; machines take turns by thread."""

    _machines = threading.local()

    def __init__(self, machine: DeployedMachine) -> None:
        self._machine = machine

    def __enter__(self) -> None:
        _Serving._machines.current = self._machine

    def __exit__(self, *_: object) -> None:
        _Serving._machines.current = None

    @staticmethod
    def client(_service: str) -> Any:
        """SQS: the handlers themselves ask for no other."""
        return _Serving.current().sqs

    @staticmethod
    def current() -> DeployedMachine:
        machine: DeployedMachine = _Serving._machines.current
        return machine


class _Atomic:
    """A client whose calls happen one at a time, as each call of the service is atomic; moto alone is not."""

    def __init__(self, client: Any, lock: threading.Lock) -> None:
        self.unwrapped = client
        self._lock = lock

    def __getattr__(self, method: str) -> Any:
        inner = getattr(self.unwrapped, method)

        def call(**request: Any) -> Any:
            with self._lock:
                return inner(**request)

        return call


def _received(count: int) -> dict[str, str]:
    return {"ApproximateReceiveCount": str(count)}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests."""
    with aws_for(monkeypatch):
        yield


@contextmanager
def aws_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, with its queues on the machine's clock, and the handlers' hub replaced by the machine's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for kind in ("receiving", "answering"):
        monkeypatch.setattr(handlers, f"_{kind}_hub", lambda: _Serving.current().hub)
        monkeypatch.setattr(handlers, f"_{kind}", lambda: (_Serving.current().settings, _Serving.client))
    monkeypatch.setattr(sqs_of_moto, "unix_time", lambda: DeployedMachine.latest.clock().timestamp())
    monkeypatch.setattr(sqs_of_moto, "unix_time_millis", lambda: DeployedMachine.latest.clock().timestamp() * 1000)
    with mock_aws():
        yield
