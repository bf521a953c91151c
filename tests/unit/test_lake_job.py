"""The nightly compaction of a deployed lake stops in time, and says what it has left."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.deployed import aws_for
from tests.lake_rows import row
from transformer.lake import job
from transformer.lake.bucket import Bucket
from transformer.lake.layout import partition
from transformer.lake.parquet import to_arrow

pytestmark = pytest.mark.slow

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
URI = "s3://lake-of-job/lake"
FIFTEEN_MINUTES = 900_000


class Context:
    """Lambda's, of a function that has so long left, and less each time that it asks."""

    def __init__(self, left_ms: int, each_takes_ms: int = 0) -> None:
        self.left_ms = left_ms
        self.each_takes_ms = each_takes_ms

    def get_remaining_time_in_millis(self) -> int:
        self.left_ms -= self.each_takes_ms
        return self.left_ms


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A lake with two files in each of three hours of long ago, and of this one."""
    monkeypatch.setenv("PARLEY_LAKE_URI", URI)
    with aws_for(monkeypatch):
        client = boto3.client("s3")
        client.create_bucket(Bucket="lake-of-job", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for hour in (LONG_AGO, LONG_AGO + timedelta(hours=1), LONG_AGO + timedelta(hours=2), datetime.now(UTC)):
            for name in ("a", "b"):
                content = io.BytesIO()
                pq.write_table(to_arrow("events", [row("events", event_id=name)]), content)
                key = f"lake/{partition('events', hour).as_posix()}/{name}.parquet"
                client.put_object(Bucket="lake-of-job", Key=key, Body=content.getvalue())
        yield client


def _files(s3: Any) -> list[str]:
    listed = s3.list_objects_v2(Bucket="lake-of-job", Prefix="lake/events/")["Contents"]
    return [each["Key"] for each in listed]


def test_a_night_merges_every_hour_gone_by_and_leaves_this_one(s3: Any) -> None:
    assert job.handler({}, Context(FIFTEEN_MINUTES)) == {"message": "compacted", "replacements": 3, "left": 0}
    assert len(_files(s3)) == 3 + 2


def test_what_there_is_no_time_for_is_the_next_nights(s3: Any) -> None:
    first = job.handler({}, Context(FIFTEEN_MINUTES, each_takes_ms=400_000))
    assert first == {"message": "compacted", "replacements": 1, "left": 2}
    assert len(_files(s3)) == 1 + 2 * 2 + 2
    assert job.handler({}, Context(FIFTEEN_MINUTES)) == {"message": "compacted", "replacements": 2, "left": 0}


def test_another_compaction_is_no_failure(s3: Any) -> None:
    with Bucket(URI, boto3.Session(), lambda: datetime.now(UTC)).alone():
        assert "another compaction has this lake" in str(job.handler({}, Context(FIFTEEN_MINUTES))["message"])
    assert len(_files(s3)) == 8


def test_a_lake_that_is_not_there_is_a_failure(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_LAKE_URI", "s3://no-such-lake/lake")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        job.handler({}, Context(FIFTEEN_MINUTES))
