"""`parley compact`: the same rows in fewer files, in a folder and in S3, whoever reads meanwhile and whatever dies."""

import itertools
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest

from tests.deployed import aws_for
from tests.kit import sms_event
from tests.lake_rows import HOUR, row, write
from tests.stories.test_ingest import ingest, rows, run
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder
from transformer.lake.reading import reading


def sealed(data: Path) -> list[Path]:
    return sorted((data / "lake").glob("*/*/*/*/*/*.parquet"))


def age(data: Path) -> None:
    """Let what is in the lake have arrived on a day long ago."""
    for table in ("events", "conversations"):
        [hour] = {path.parent for path in sealed(data) if path.parts[-6] == table}
        old = data / "lake" / table / "2026/01/01/00"
        old.parent.mkdir(parents=True)
        hour.rename(old)


def everything(data: Path) -> list[Any]:
    return [
        rows(data, "SELECT * FROM events ORDER BY event_id"),
        rows(data, "SELECT * FROM conversations ORDER BY event_id"),
    ]


def test_a_lake_says_the_same_after_compaction(tmp_path: Path) -> None:
    for number in range(3):
        ingest(tmp_path, input_=sms_event(f"question {number}", f"m{number}"))
    age(tmp_path)
    before = everything(tmp_path)
    assert len(sealed(tmp_path)) == 6
    result = run(tmp_path, "compact", "--format", "json")
    assert json.loads(result.stdout) == [{"old_files": 6, "new_files": 2, "finished": 0}]
    assert len(sealed(tmp_path)) == 2
    assert everything(tmp_path) == before


def test_hours_younger_than_asked_are_left(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / "lake", "events", [row("events")], hour=datetime.now(UTC) - timedelta(hours=5), name=name)
    assert run(tmp_path, "compact", "--older-than", "7h").exit_code == 0
    assert len(sealed(tmp_path)) == 2
    assert run(tmp_path, "compact", "--older-than", "180m").exit_code == 0
    assert len(sealed(tmp_path)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--older-than", "soon"), "not a duration like 90m"),
        (("s3:/bucket",), "not s3://bucket/prefix"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run(tmp_path, "compact", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_second_compaction_is_told_that_one_is_running(tmp_path: Path) -> None:
    with Folder(tmp_path / "lake", list).alone():
        result = run(tmp_path, "compact")
    assert result.exit_code == 1
    assert "another compaction" in result.stderr


def test_a_deployed_lake_is_compacted_by_its_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with aws_for(monkeypatch):
        client: Any = boto3.client("s3")
        client.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for name in "abc":
            path = write(tmp_path / "lake", "events", [row("events", event_id=name)], name=name)
            client.upload_file(str(path), "lake", f"p/{path.relative_to(tmp_path / 'lake').as_posix()}")
        result = run(tmp_path, "compact", "s3://lake/p/", "--format", "json")
        assert json.loads(result.stdout) == [{"old_files": 3, "new_files": 1, "finished": 0}]
        keys = [each["Key"] for each in client.list_objects_v2(Bucket="lake", Prefix="p/events/")["Contents"]]
        missing = run(tmp_path, "compact", "s3://nowhere")
    assert len(keys) == 1
    assert missing.exit_code == 1
    assert "NoSuchBucket" in missing.stderr


_CHILD = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder

def follow(work):
    for each in work:
        print(each.new, flush=True)
        yield each

compact(Folder(Path(sys.argv[1]), list), datetime.now(UTC), follow)
"""


class Reader(threading.Thread):
    """Looks at every row, over and over."""

    def __init__(self, lake: Path, expected: list[str]) -> None:
        super().__init__()
        self.lake = lake
        self.expected = expected
        self.looks = 0
        self.stop = threading.Event()
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            found = found_in(self.lake)
            self.looks += 1
            if found != self.expected:
                self.wrong = found
                return


def found_in(lake: Path) -> list[str]:
    with reading(lake) as left_out:
        files = set(lake.glob("events/*/*/*/*/*.parquet")).difference(left_out)
        return sorted(itertools.chain(*(pq.ParquetFile(path).read(["event_id"])[0].to_pylist() for path in files)))


def hours(count: int) -> Iterator[datetime]:
    return (HOUR - timedelta(hours=number) for number in range(count))


@pytest.mark.slow
def test_compaction_killed_again_and_again_shows_every_row_once_at_any_moment(tmp_path: Path) -> None:
    names = [(hour, name) for hour in hours(60) for name in "abcd"]
    for hour, name in names:
        write(tmp_path, "events", [row("events", event_id=f"{hour:%d-%H}-{name}")], hour=hour, name=name)
    expected = sorted(f"{hour:%d-%H}-{name}" for hour, name in names)
    reader = Reader(tmp_path, expected)
    reader.start()
    chance = random.Random(1)
    kills = 0
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-c", _CHILD, str(tmp_path)], stdout=subprocess.PIPE) as child:
            assert child.stdout
            if child.stdout.readline():
                child.stdout.readline()
                time.sleep(chance.uniform(0, 0.02))
            child.send_signal(signal.SIGKILL)
            kills += child.wait() == -signal.SIGKILL
        assert found_in(tmp_path) == expected
    reader.stop.set()
    reader.join()
    assert kills == 12
    assert reader.looks > 12
    assert reader.wrong == []
    compact(Folder(tmp_path, list), datetime.now(UTC))
    assert found_in(tmp_path) == expected
    assert len(list(tmp_path.glob("events/*/*/*/*/*"))) == 60
