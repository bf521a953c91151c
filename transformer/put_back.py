"""Records put on their stream once more, when a response has no room for what they became."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

# https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
_MAX_RECORDS = 500
_MAX_BYTES = 4_000_000


class FirehoseClient(Protocol):
    """The one operation used of boto3's client."""

    def put_record_batch(self, *, DeliveryStreamName: str, Records: list[dict[str, bytes]]) -> dict[str, object]: ...  # noqa: N803  # AWS's names


class PutBackError(Exception):
    """The stream did not take every record. The batch is Firehose's to send again."""


def to_stream(arn: str, records: Sequence[bytes]) -> None:
    """Raises `PutBackError`, or what the client raises."""
    from botocore.session import get_session  # noqa: PLC0415  # rarely needed, and most of a cold start

    client: Any = get_session().create_client("firehose")
    put(client, arn.rpartition("/")[2], records)


def put(client: FirehoseClient, stream: str, records: Sequence[bytes]) -> None:
    """Raises `PutBackError`, or what the client raises."""
    for chunk in _chunks(records):
        answer = client.put_record_batch(DeliveryStreamName=stream, Records=[{"Data": record} for record in chunk])
        if answer["FailedPutCount"]:
            raise PutBackError(f"{answer['FailedPutCount']} of {len(chunk)} records were not taken")


def _chunks(records: Sequence[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for record in records:
        if chunk and (len(chunk) == _MAX_RECORDS or sum(map(len, chunk)) + len(record) > _MAX_BYTES):
            yield chunk
            chunk = []
        chunk.append(record)
    if chunk:
        yield chunk
