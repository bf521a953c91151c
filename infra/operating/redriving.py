"""Puts dead letters back where their like goes, once what stood in their way is mended.

    inbound, wake-ups, uploads,   each message ▶ the queue that is worked off
    sends, progress
    sources                       each message holds a provider's event ▶ the stream of events
    records                       each names a place in the table's stream, which is gone after a day
                                  ▶ every record that the table still has, onto the streams
    sweep, send-sweep, compaction each only tells that a run has failed, whose work the next one does ▶ nothing

A letter is deleted once its work is put back. Killed anywhere, the next run finishes; what is put back twice does no
harm: the hub has each message once, a turn that is over is not begun again, a row counts once by its event_id.
Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (a letter is the message that was to be sent),
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html (of a stream, its place).
SQS's own redrive (StartMessageMoveTask) knows neither a stream nor what a topic could not deliver.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from infra.operating.operated import NotHereError
from transformer.put_back import put

Queue = Literal[
    "inbound", "wake-ups", "sends", "progress", "uploads", "sources", "records", "sweep", "send-sweep", "compaction"
]

_AT_ONCE = 10  # messages: SQS's most
_HIDDEN_S = 120  # from others, while a batch is put back
_LISTENED_S = 2  # so that every server of the queue is asked: an empty answer is one then
_PAGE = 500  # records: Firehose's most

Messages = Sequence[Mapping[str, Any]]


class Way(NamedTuple):
    """Where letters go: `to` for people to read. `each` puts the work of a batch back, `once` what no letter holds.

    `once` gives the numbers of what it has put back, bit by bit; `waiting` counts that beforehand.
    """

    to: str
    each: Callable[[Messages], int]
    once: Callable[[], Iterator[int]] = lambda: iter(())
    waiting: Callable[[], int] = lambda: 0


class DeadLetters:
    """One queue of them."""

    def __init__(self, sqs: Any, url: str, way: Way) -> None:
        self._sqs = sqs
        self._url = url
        self._way = way

    @property
    def to(self) -> str:
        return self._way.to

    def count(self) -> int:
        """About how many letters there are: SQS itself does not know better."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def work(self) -> int:
        """How much there is to put back; of what only tells of a failure, nothing."""
        return self._way.waiting() or self.count() * (self._way.each is not nothing)

    def redrive(self) -> Iterator[int]:
        """Put back and delete; gives how much was put back, bit by bit.

        Raises what boto3 raises, and `PutBackError`.
        """
        yield from self._way.once()
        while messages := self._receive():
            done = self._way.each(messages)
            self._delete(messages)
            yield done

    def _receive(self) -> Messages:
        received = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_AT_ONCE,
            VisibilityTimeout=_HIDDEN_S,
            WaitTimeSeconds=_LISTENED_S,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return received.get("Messages", ())  # type: ignore[no-any-return]

    def _delete(self, messages: Messages) -> None:
        """One that stays is put back once more by the next run."""
        entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)]
        self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)


def nothing(_messages: Messages) -> int:
    """What of a letter that only tells of a failure is put back."""
    return 0


def to_queue(sqs: Any, url: str, to: str) -> Way:
    """Each letter to a queue; of a FIFO one it keeps its group."""

    def send(messages: Messages) -> int:
        for message in messages:
            sqs.send_message(QueueUrl=url, MessageBody=message["Body"], **_kept(message, fifo=url.endswith(".fifo")))
        return len(messages)

    return Way(to, send)


def _kept(message: Mapping[str, Any], *, fifo: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if "MessageAttributes" in message:
        kept["MessageAttributes"] = message["MessageAttributes"]
    if fifo:
        kept["MessageGroupId"] = message["Attributes"]["MessageGroupId"]
        kept["MessageDeduplicationId"] = f"redrive-{message['MessageId']}"
    return kept


def to_stream(firehose: Any, stream: str) -> Way:
    """Each letter onto a stream, as the service would have put it there."""

    def send(messages: Messages) -> int:
        put(firehose, stream, [message["Body"].encode() for message in messages])
        return len(messages)

    return Way(f"the stream {stream}", send)


def from_table(dynamodb: Any, table: str, firehose: Any, streams: Mapping[str, str]) -> Way:
    """Every record of the table onto its stream: which of them a letter means, only the table's own stream knows."""
    pages = _pages(dynamodb, table)

    def send() -> Iterator[int]:
        for items in pages(count=False):
            for name, stream in streams.items():
                put(firehose, stream, [item["record"]["S"].encode() for item in items if item["stream"]["S"] == name])
            yield len(items)

    return Way(
        f"the streams {' and '.join(streams.values())}, from the table",
        nothing,
        send,
        lambda: sum(len(items) for items in pages(count=True)),
    )


def _pages(dynamodb: Any, table: str) -> Callable[..., Iterator[list[Mapping[str, Any]]]]:
    """The items that are records. The whole table is read for them: they lie each in a partition of its own."""

    def pages(*, count: bool) -> Iterator[list[Mapping[str, Any]]]:
        wanted = "pk" if count else "#stream, #record"
        names = {"#record": "record"} if count else {"#record": "record", "#stream": "stream"}
        found = dynamodb.get_paginator("scan").paginate(
            TableName=table,
            FilterExpression="begins_with(pk, :record) AND attribute_exists(#record)",
            ProjectionExpression=wanted,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":record": {"S": "record#"}},
            PaginationConfig={"PageSize": _PAGE},
        )
        for page in found:
            yield page["Items"]

    return pages


def nowhere(to: str) -> Way:
    """For letters that are read and thrown away."""
    return Way(to, nothing)


def needed(url: str, queue: str) -> str:
    """The URL; raises `NotHereError` where the stage has no such queue."""
    if not url:
        raise NotHereError(f"this stage has no dead letters of {queue}, or was deployed before they had an output")
    return url
