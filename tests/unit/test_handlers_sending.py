"""The Lambda handlers of sending, on moto: a send goes its way by its queue, and by what providers tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from moto import mock_aws

from infra.local.providers.fates import Fate
from infra.local.providers.outbox import told_of_text
from orchestrator import handlers
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.errors import UpstreamError
from orchestrator.sections import changed
from orchestrator.sends import Send
from orchestrator.settings import Sending
from orchestrator.stores.sqs import SqsSends
from tests.kit import NOON, notification
from tests.sending import SEND, SendingMachine, a_send

GOLDEN = Path(__file__).parents[1] / "golden"


class Deployed:
    """A dispatcher on DynamoDB and SQS, driven by the handlers."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine = SendingMachine(path, backend="dynamodb")
        self.sqs: Any = boto3.client("sqs", region_name="eu-west-1")
        self.sends = self.sqs.create_queue(QueueName="sends")["QueueUrl"]
        self.progress = self.sqs.create_queue(QueueName="progress")["QueueUrl"]
        self.machine.dispatcher._wake_ups = SqsSends(self.sqs, self.sends, self.machine.clock)
        settings = changed(Sending(), sends_url=self.sends, progress_url=self.progress)
        monkeypatch.setattr(handlers, "_sending", lambda: (settings, lambda _: self.sqs))
        monkeypatch.setattr(handlers, "_dispatcher", lambda: self.machine.dispatcher)
        reporters = (SmsChannel(None, settings.sms, 600), WhatsAppChannel(None, settings.whatsapp, 600))  # type: ignore[arg-type]
        monkeypatch.setattr(handlers, "_reporters", lambda: reporters)

    def work(self) -> list[dict[str, Any]]:
        """Every message of the queue of sends, one after the other; what each invocation reported as failed."""
        failures = []
        while messages := self.sqs.receive_message(QueueUrl=self.sends, AttributeNames=["All"]).get("Messages"):
            (message,) = messages
            outcome = handlers.send({"Records": [record(message)]}, None)
            failures += outcome["batchItemFailures"]
            if not outcome["batchItemFailures"]:
                self.sqs.delete_message(QueueUrl=self.sends, ReceiptHandle=message["ReceiptHandle"])
            else:
                break
        return failures

    def tell(self, body: bytes) -> Any:
        message = {"MessageId": "p", "ReceiptHandle": "p", "Body": body.decode()}
        return handlers.progress({"Records": [record(message)]}, None)


def record(message: dict[str, Any]) -> dict[str, Any]:
    count = message.get("Attributes", {}).get("ApproximateReceiveCount", "1")
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": count},
    }


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = Deployed(tmp_path, monkeypatch)
        yield made
        made.machine.close()


def text_event(status: str) -> bytes:
    request = {
        "OriginationIdentity": "+12065550100",
        "DestinationPhoneNumber": "+14255550101",
        "MessageBody": "Your lamp is ready.",
        "Context": {"send_id": SEND, "step": "1"},
    }
    ((_, event),) = told_of_text(request, "sms-1", NOON, Fate("failed", status) if "BLOCK" in status else Fate())
    return notification(event)


def test_a_failure_that_is_told_sends_the_next_step(deployed: Deployed) -> None:
    deployed.machine.dispatcher.accept(a_send("sms", "email"))
    assert deployed.work() == []
    assert [channel for channel, _ in deployed.machine.sent] == ["sms"]
    assert deployed.tell(text_event("TEXT_BLOCKED")) == {"batchItemFailures": []}
    assert deployed.work() == []
    assert [channel for channel, _ in deployed.machine.sent] == ["sms", "email"]


def test_a_delivery_that_is_told_twice_ends_it_once(deployed: Deployed) -> None:
    deployed.machine.dispatcher.accept(a_send("sms", "email"))
    deployed.work()
    for _ in range(2):
        deployed.tell(text_event("TEXT_DELIVERED"))
        deployed.work()
    send: Send = deployed.machine.load()
    assert (send.status, send.is_over, len(deployed.machine.sent)) == ("delivered", True, 1)


def test_what_cannot_be_sent_now_is_shown_again(deployed: Deployed) -> None:
    deployed.machine.senders["sms"].failures.append(UpstreamError("throttled"))
    deployed.machine.dispatcher.accept(a_send("sms"))
    assert len(deployed.work()) == 1
    assert deployed.machine.sent == []


def test_what_is_not_about_sends_is_left_to_the_lake(deployed: Deployed) -> None:
    for body in (b"not json", b'{"hello": 1}', notification({"eventType": "TEXT_SENT", "messageId": "m"})):
        assert deployed.tell(body) == {"batchItemFailures": []}


def test_what_whatsapp_tells_of_sends_is_taken_from_all_that_its_topic_brings(deployed: Deployed) -> None:
    deployed.machine.dispatcher.accept(a_send("sms", "email", "whatsapp"))
    for case in ("whatsapp_status_of_a_send", "whatsapp_status_delivered"):
        assert deployed.tell((GOLDEN / case / "input.json").read_bytes()) == {"batchItemFailures": []}
    assert [len(step.told) for step in deployed.machine.load().steps] == [0, 0, 1]


def test_what_waited_longer_than_a_message_can_is_found_by_the_sweep(deployed: Deployed) -> None:
    deployed.machine.dispatcher.accept(a_send("sms", "email", wait_s=3600))
    deployed.work()
    deployed.machine.clock.advance(hours=1, minutes=1)
    assert deployed.work() == []
    assert len(deployed.machine.sent) == 1
    handlers.sweep_sends({}, None)
    deployed.work()
    assert [channel for channel, _ in deployed.machine.sent] == ["sms", "email"]


def test_a_wait_becomes_a_delay_of_its_message_up_to_the_most_there_is(deployed: Deployed) -> None:
    asked: list[Any] = []
    deployed.sqs.meta.events.register(
        "before-parameter-build.sqs.SendMessage", lambda params, **_: asked.append(params)
    )
    deployed.machine.dispatcher.accept(a_send("sms", "email", wait_s=60))
    deployed.work()
    assert [each["DelaySeconds"] for each in asked] == [0, 60]
    assert msgspec.json.encode(asked[0]["MessageBody"]).strip(b'"').decode() == SEND
