"""The queues of a deployment: SQS FIFO, a group for each conversation; a standard one for sends.

Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (group and
deduplication ids: 128 characters; five minutes of deduplication), .../API_ChangeMessageVisibility.html (0 to 43,200 s).
"""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from orchestrator.aws_errors import Operation, Owner, translated
from orchestrator.errors import ConfigurationError, RefusedError, UpstreamError
from orchestrator.model import WakeUp

_COMMON: dict[str, Owner] = {
    "InvalidAddress": ConfigurationError,
    "InvalidSecurity": ConfigurationError,
    "QueueDoesNotExist": ConfigurationError,
    "AWS.SimpleQueueService.NonExistentQueue": ConfigurationError,
    "UnsupportedOperation": ConfigurationError,
    "AWS.SimpleQueueService.UnsupportedOperation": ConfigurationError,
    "RequestThrottled": UpstreamError,
    "KmsAccessDenied": ConfigurationError,
    "KmsDisabled": ConfigurationError,
    "KmsInvalidKeyUsage": ConfigurationError,
    "KmsInvalidState": ConfigurationError,
    "KmsNotFound": ConfigurationError,
    "KmsOptInRequired": ConfigurationError,
    "KmsThrottled": UpstreamError,
}
_SEND = Operation("sqs", "SendMessage", {**_COMMON, "InvalidMessageContents": RefusedError})
_DELAY = Operation(
    "sqs",
    "ChangeMessageVisibility",
    {
        **_COMMON,
        "MessageNotInflight": RefusedError,
        "AWS.SimpleQueueService.MessageNotInflight": RefusedError,
        "ReceiptHandleIsInvalid": RefusedError,
    },
)
MOST_DELAY_S = 43_200
MOST_MESSAGE_DELAY_S = 900  # DelaySeconds of one message


class SqsClient(Protocol):
    """The part of boto3's `sqs` client that is used."""

    def send_message(self, **request: Any) -> Any: ...

    def change_message_visibility(self, **request: Any) -> Any: ...


class SqsWakeUps:
    """Fills `WakeUps`; the body of a message is the key, its kind the queue's.

    A message of a FIFO queue cannot be delayed by itself: a wake-up with a moment is delivered at once.
    """

    def __init__(self, client: SqsClient, url: str) -> None:
        self._client = client
        self._url = url

    def wake(self, wake_up: WakeUp) -> None:
        with translated(_SEND):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=wake_up.key,
                MessageGroupId=wake_up.key,
                MessageDeduplicationId=wake_up.deduplication_id,
            )


class SqsSends:
    """Fills `WakeUps` for sends: a standard queue, whose messages can wait.

    What is to wait longer than a message can is found by the sweep. A standard queue has no deduplication: a send that
    is woken twice finds nothing to do the second time.
    """

    def __init__(self, client: SqsClient, url: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._url = url
        self._clock = clock

    def wake(self, wake_up: WakeUp) -> None:
        delay_s = (wake_up.at - self._clock()).total_seconds() if wake_up.at else 0
        with translated(_SEND):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=wake_up.key,
                DelaySeconds=min(MOST_MESSAGE_DELAY_S, max(0, math.ceil(delay_s))),
            )


def show_again_in(client: SqsClient, url: str, receipt_handle: str, delay_s: float) -> None:
    """Hide a received message for `delay_s` seconds more, instead of the queue's own time."""
    with translated(_DELAY):
        client.change_message_visibility(
            QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=min(MOST_DELAY_S, max(0, round(delay_s)))
        )
