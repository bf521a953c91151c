"""One process has a lake on S3 at a time, by an object that is only ever written on a condition.

{"until": epoch seconds}. Who has the lease writes it again before it changes anything; who finds it run out takes it
over. Both say which version they have seen, and S3 refuses the one who is late.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from transformer.lake.place import Busy

DURATION = timedelta(minutes=10)
_MISSING = frozenset(["NoSuchKey", "404"])
_LATE = frozenset(["PreconditionFailed", "ConditionalRequestConflict"])


class _Until(msgspec.Struct):
    until: float


class Lease:
    """`client` is boto3's for S3; `clock` gives aware UTC."""

    def __init__(self, client: Any, bucket: str, key: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key}
        self._clock = clock
        self._version = ""

    def take(self) -> None:
        """Raises `Busy` while another has it, and botocore's errors."""
        try:
            found = self._client.get_object(**self._object)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            self._write(self._clock() + DURATION, IfNoneMatch="*")
            return
        until = msgspec.json.decode(found["Body"].read(), type=_Until).until
        if until > self._clock().timestamp():
            end = datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds")
            raise Busy(f"another compaction has this lake; one that died loses it at {end}")
        self._write(self._clock() + DURATION, IfMatch=found["ETag"])

    def renew(self) -> None:
        """Raises `Busy` when another has taken it over."""
        self._write(self._clock() + DURATION, IfMatch=self._version)

    def release(self) -> None:
        """Let it run out now. Raises `Busy` when another has taken it over."""
        self._write(self._clock(), IfMatch=self._version)

    def _write(self, until: datetime, **condition: str) -> None:
        body = msgspec.json.encode(_Until(until.timestamp()))
        try:
            self._version = self._client.put_object(**self._object, Body=body, **condition)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _LATE:
                raise Busy("another compaction has taken this lake over") from error
            raise
