"""Compaction, in a folder and in S3: the same rows in fewer files, whatever dies when."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.deployed import aws_for
from tests.lake_rows import HOUR, row
from transformer.lake import compaction, parquet
from transformer.lake.bucket import Bucket, NotDeletedError
from transformer.lake.compaction import Compacted, compact
from transformer.lake.folder import Folder
from transformer.lake.layout import partition
from transformer.lake.lease import DURATION
from transformer.lake.parquet import NewerFileError, to_arrow
from transformer.lake.place import Busy, Place
from transformer.lake.reading import reading

LATER = HOUR + timedelta(hours=3)


class Lake:
    """A lake, and what a reader finds in it."""

    def __init__(self) -> None:
        self.now = LATER
        self.batches: list[str] = []  # in the journal

    def place(self) -> Place:
        """As a new process has it."""
        raise NotImplementedError

    def compact(self) -> Compacted:
        return compact(self.place(), self.now - timedelta(hours=1))

    def put(self, ids: str, name: str, table: pa.Table | None = None, hour: datetime = HOUR) -> str:
        """A file of `events` with a row for each letter."""
        content = io.BytesIO()
        rows = [row("events", event_id=letter, tags={"letter": letter}) for letter in ids]
        pq.write_table(table if table is not None else to_arrow("events", rows), content)
        key = f"{partition('events', hour).as_posix()}/{name}.parquet"
        self.write(key, content.getvalue())
        return key

    def ids(self) -> str:
        """The letters of every row that a reader finds, sorted."""
        return "".join(sorted(letter for key in self.visible() for letter in self.table(key)["event_id"].to_pylist()))

    def table(self, key: str) -> pa.Table:
        return pq.read_table(io.BytesIO(self.read(key)))

    def visible(self) -> list[str]:
        raise NotImplementedError

    def everything(self) -> list[str]:
        raise NotImplementedError

    def write(self, key: str, content: bytes) -> None:
        raise NotImplementedError

    def read(self, key: str) -> bytes:
        raise NotImplementedError


class LakeInFolder(Lake):
    exact = True  # every row once, at any moment

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def place(self) -> Place:
        return Folder(self.folder, lambda: self.batches)

    def visible(self) -> list[str]:
        with reading(self.folder) as left_out:
            found = set(self.folder.glob("events/*/*/*/*/*.parquet")).difference(left_out)
            return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def everything(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())

    def write(self, key: str, content: bytes) -> None:
        (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / key).write_bytes(content)

    def read(self, key: str) -> bytes:
        return (self.folder / key).read_bytes()


class LakeInBucket(Lake):
    exact = False  # for moments a row may be there twice

    def __init__(self, name: str) -> None:
        super().__init__()
        self.session = boto3.Session(region_name="us-east-1")
        self.s3: Any = self.session.client("s3")
        self.name = name
        self.s3.create_bucket(Bucket=name)

    def place(self) -> Place:
        return Bucket(f"s3://{self.name}/the/lake", self.session, lambda: self.now)

    def visible(self) -> list[str]:
        return [key for key in self.everything() if key.startswith("events/")]

    def everything(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [each["Key"].removeprefix("the/lake/") for each in found]

    def write(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=f"the/lake/{key}", Body=content)

    def read(self, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=self.name, Key=f"the/lake/{key}")["Body"].read()
        return content


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[LakeInBucket]:
    with aws_for(monkeypatch):
        yield LakeInBucket("lake")


@pytest.fixture
def folder(tmp_path: Path) -> LakeInFolder:
    return LakeInFolder(tmp_path)


@pytest.fixture(params=["folder", "bucket"])
def lake(request: pytest.FixtureRequest) -> Lake:
    found: Lake = request.getfixturevalue(request.param)
    return found


def test_the_small_files_of_an_hour_become_one_with_the_same_rows(lake: Lake) -> None:
    for ids, name in (("ab", "x"), ("c", "y"), ("def", "z")):
        lake.put(ids, name)
    before = pa.concat_tables(lake.table(key) for key in lake.visible())
    assert lake.compact() == Compacted(old_files=3, new_files=1, finished=0)
    [key] = lake.visible()
    assert lake.table(key).equals(before)


def test_what_was_merged_is_left_alone_until_more_comes(lake: Lake) -> None:
    lake.put("ab", "x")
    lake.put("c", "y")
    lake.compact()
    [key] = lake.visible()
    assert lake.compact() == Compacted(0, 0, 0)
    assert lake.visible() == [key]
    lake.put("d", "late")
    assert lake.compact() == Compacted(2, 1, 0)
    assert len(lake.visible()) == 1
    assert lake.ids() == "abcd"


def test_only_hours_that_ended_long_enough_ago_are_touched(lake: Lake) -> None:
    for name in "xy":
        lake.put("a", name)
        lake.put("b", name, hour=HOUR + timedelta(hours=1))
    lake.now = HOUR + timedelta(hours=2, minutes=59)  # compacted is what ended before 14:59
    lake.compact()
    assert [key.split("/")[4] for key in lake.visible()] == ["13", "14", "14"]


def test_nothing_but_the_lake_is_left(lake: Lake) -> None:
    lake.put("a", "x")
    lake.put("b", "y")
    lake.compact()
    assert [key for key in lake.everything() if not key.startswith(".compaction/l")] == lake.visible()


def test_files_that_are_large_stay_and_merged_ones_do_not_grow_beyond_that(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [lake.put(letter, letter) for letter in "abcde"]
    [size] = {len(lake.read(key)) for key in keys}
    large = lake.put("", "c-large", to_arrow("events", [row("events", raw_event=os.urandom(size).hex())]))
    assert len(lake.read(large)) > 2 * size
    monkeypatch.setattr(compaction, "LARGE", 2 * size + 1)
    assert lake.compact() == Compacted(old_files=4, new_files=2, finished=0)
    assert {large, keys[4]} < set(lake.visible())
    assert len(lake.visible()) == 4


def test_old_files_and_new_ones_become_one_of_todays_schema(lake: Lake) -> None:
    lake.put("", "old", pa.table({"event_id": ["a"], "occurred_at": [7]}))
    lake.put("b", "new")
    lake.compact()
    [key] = lake.visible()
    merged = lake.table(key)
    assert merged.schema.equals(to_arrow("events", []).schema)
    assert merged["event_id"].to_pylist() == ["b", "a"]
    assert merged["occurred_at"].to_pylist() == [0, 7]
    assert merged["turn_id"].to_pylist() == ["", None]


def test_a_file_of_another_writer_keeps_its_values(lake: Lake) -> None:
    """Firehose's serialiser is Hive's, which names the insides of arrays and maps otherwise."""
    inside = pa.field("array_element", pa.string())
    columns = {
        "event_id": pa.array(["a"]),
        "destination_address": pa.array([["+1", "+2"]], pa.list_(inside)),
        "tags": pa.array([[("k", "v")]], pa.map_(pa.string(), pa.field("map", pa.string()))),
    }
    lake.put("", "a-other", pa.table(columns))
    lake.put("b", "b")
    lake.compact()
    [key] = lake.visible()
    first = lake.table(key).slice(0, 1).to_pylist()[0]
    assert (first["event_id"], first["destination_address"], first["tags"]) == ("a", ["+1", "+2"], [("k", "v")])


def test_a_file_with_columns_that_nobody_knows_yet_is_not_merged(lake: Lake) -> None:
    lake.put("a", "x")
    lake.put("", "y", pa.table({"event_id": ["b"], "mood": ["good"]}))
    with pytest.raises(NewerFileError, match="mood"):
        lake.compact()
    assert len(lake.visible()) == 2
    assert lake.ids() == "ab"


def test_many_rows_become_row_groups_of_a_useful_size(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", to_arrow("events", [row("events", event_id="a")]).nbytes)
    for number in range(20):  # S3 gives sixteen files as one piece
        lake.put("ab", f"{number:02}")
    lake.compact()
    [key] = lake.visible()
    assert pq.ParquetFile(io.BytesIO(lake.read(key))).num_row_groups > 1
    assert lake.ids() == "a" * 20 + "b" * 20


def test_every_table_is_compacted(lake: Lake) -> None:
    content = io.BytesIO()
    pq.write_table(to_arrow("rejected", [row("rejected", event_id="a")]), content)
    for name in "xy":
        lake.write(f"rejected/2026/07/01/13/{name}.parquet", content.getvalue())
    assert lake.compact() == Compacted(2, 1, 0)


def test_one_compaction_runs_at_a_time(lake: Lake) -> None:
    with lake.place().alone(), pytest.raises(Busy):
        lake.compact()
    assert lake.compact() == Compacted(0, 0, 0)


class Crash(BaseException):
    """The process dies here."""


class Steps:
    """Dies before or after one of the calls to the outside; from then on none has an effect."""

    def __init__(self, crash_at: int) -> None:
        self.crash_at = crash_at
        self.taken = 0

    def step(self) -> None:
        self.taken += 1
        if self.taken >= self.crash_at:
            raise Crash

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self.step()
            result = function(*arguments, **keywords)
            self.step()
            return result

        return call


def outside(lake: Lake) -> list[tuple[type, str]]:
    if isinstance(lake, LakeInBucket):
        return [(BaseClient, "_make_api_call")]
    return [(Path, "replace"), (Path, "unlink"), (Path, "open")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_crash_at_any_step_changes_no_row(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # processes die here, machines do not
    exact = getattr(lake, "exact")  # noqa: B009
    for crash_at in count(1):
        for key in lake.visible():
            remove(lake, key)
        lake.now += 2 * DURATION
        lake.put("a", "x")
        lake.put("b", "y")
        steps = Steps(crash_at)
        crashed = False
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in outside(lake):
                patch.setattr(owner, name, steps.around(getattr(owner, name)))
            try:
                lake.compact()
            except Crash:
                crashed = True
        found = lake.ids()
        assert found == "ab" if exact else set(found) == set("ab"), f"crash at step {crash_at}"
        lake.now += 2 * DURATION
        lake.compact()
        assert lake.ids() == "ab", f"crash at step {crash_at}"
        assert len(lake.visible()) == 1
        assert [key for key in lake.everything() if not key.startswith(".compaction/l")] == lake.visible()
        if not crashed:
            break
    assert crash_at > 20, "the steps of compaction were not found"


def remove(lake: Lake, key: str) -> None:
    if isinstance(lake, LakeInBucket):
        lake.s3.delete_object(Bucket=lake.name, Key=f"the/lake/{key}")
    else:
        assert isinstance(lake, LakeInFolder)
        (lake.folder / key).unlink()


def test_a_batch_that_may_be_written_again_is_not_merged(folder: LakeInFolder) -> None:
    kept = folder.put("a", "batch")
    folder.put("b", "x")
    folder.put("c", "y")
    folder.batches = ["batch"]
    folder.compact()
    assert kept in folder.visible()
    assert len(folder.visible()) == 2
    folder.batches = []
    folder.compact()
    assert len(folder.visible()) == 1
    assert folder.ids() == "abc"


def test_a_dead_run_keeps_its_lease_for_minutes_and_no_longer(bucket: LakeInBucket) -> None:
    bucket.put("a", "x")
    bucket.put("b", "y")
    dead = bucket.place().alone()
    dead.__enter__()
    bucket.now += DURATION - timedelta(seconds=1)
    with pytest.raises(Busy, match="one that died loses it at 2026-07-01T16:10:00"):
        bucket.compact()
    bucket.now += timedelta(seconds=1)
    assert bucket.compact() == Compacted(2, 1, 0)


def test_a_run_that_was_taken_over_changes_nothing_more(bucket: LakeInBucket) -> None:
    bucket.put("a", "x")
    bucket.put("b", "y")
    late = bucket.place()

    def interrupted(work: Any) -> Any:
        bucket.now += DURATION
        with bucket.place().alone():
            yield from work

    with pytest.raises(Busy, match="taken this lake over"):
        compact(late, bucket.now - timedelta(hours=1), interrupted)
    assert len(bucket.visible()) == 2


def test_objects_that_s3_failed_to_delete_are_deleted_by_the_next_run(
    bucket: LakeInBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 answers 200 with an error for each object; awswrangler passes over internal ones."""
    bucket.put("a", "x")
    bucket.put("b", "y")
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def failing(self: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        if operation == "DeleteObjects":
            return {"Errors": [{"Code": "InternalError", **each} for each in request["Delete"]["Objects"]]}
        return real(self, operation, request)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", failing)
        with pytest.raises(NotDeletedError, match=r"x\.parquet"):
            bucket.compact()
    assert bucket.ids() == "aabb"
    assert bucket.compact() == Compacted(0, 0, finished=1)
    assert bucket.ids() == "ab"


def test_an_upload_that_fails_removes_nothing(bucket: LakeInBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("a", "x")
    bucket.put("b", "y")
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def failing(self: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        if operation == "PutObject" and "merged-" in request["Key"] and request["Key"].endswith(".parquet"):
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "no"}}, operation)
        return real(self, operation, request)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", failing)
        with pytest.raises(ClientError, match="SlowDown"):
            bucket.compact()
    assert bucket.ids() == "ab"
    assert bucket.compact() == Compacted(2, 1, finished=1)
    assert bucket.ids() == "ab"
