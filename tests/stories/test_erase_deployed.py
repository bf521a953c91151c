"""A person is erased from a deployment: every version of every object, and every item of the table."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import orjson
import pyarrow.parquet as pq
import pytest

from infra.operating.erasure import bucket
from tests.deployed import DeployedMachine
from tests.kit import NOON, sms_event
from tests.stories.test_erase import NEIGHBOUR, PERSONS, SECRET, has
from tests.stories.test_ingest import run
from transformer.lake.parquet import to_arrow
from transformer.pipeline import transform
from transformer.schema import TableName, Values

ZOE = PERSONS["sms"]
LAKE, MAILS = "lake-of-the-test", "mails-of-the-test"
HOUR = "2026/03/14/12"
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("aws")]


class Deployed:
    """A table with turns, and two buckets with versions: the lake with its errors and results, and mails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = DeployedMachine(folder)
        self.s3: Any = boto3.client("s3")
        self.dynamodb: Any = boto3.client("dynamodb")
        for name in (LAKE, MAILS):
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        said = [
            sms_event(f"I love {SECRET}", "z1", ZOE),
            sms_event("When do you open?", "n1", NEIGHBOUR),
            sms_event(f"My friend is {ZOE}", "n2", NEIGHBOUR),
        ]
        for event in said:
            self.machine.deliver(event)
            self.machine.drain()
        self._fill_lake(said)
        self._fill_rest()

    def _fill_lake(self, said: list[bytes]) -> None:
        records = [item["record"]["S"].encode() for item in self.items() if "record" in item]
        by_table: dict[TableName, list[Values]] = {}
        (sent,) = [turn.parts[0].message_id for turn in self.machine.turns() if turn.latest.their_address == ZOE]
        read = {"eventType": "TEXT_READ", "eventTimestamp": 1, "messageId": sent, "context": {"note": SECRET}}
        for record in (*said, *records, b'{"no json', orjson.dumps(read)):
            for row in transform(record, NOON):
                by_table.setdefault(row.table, []).append(row.values)
        for table, rows in by_table.items():
            for name, some in (("all", rows), ("first", rows[:1])):
                content = BytesIO()
                pq.write_table(to_arrow(table, some), content)
                self.put(LAKE, f"{table}/{HOUR}/{name}.parquet", content.getvalue())
                self.put(LAKE, f"{table}/{HOUR}/{name}.parquet", content.getvalue())  # and an older version
        self.s3.delete_object(Bucket=LAKE, Key=f"events/{HOUR}/first.parquet")  # as compaction does

    def _fill_rest(self) -> None:
        error = {"errorCode": "x", "rawData": base64.b64encode(b"{}").decode()}
        hers = {"errorCode": "x", "rawData": base64.b64encode(sms_event(SECRET, "z9", ZOE)).decode()}
        self.put(LAKE, "errors/one", orjson.dumps(hers) + b"\n" + orjson.dumps(error))
        self.put(LAKE, "errors/two.gz", gzip.compress(orjson.dumps(hers)))
        self.put(LAKE, "results/q1.csv", f'"{ZOE}","{SECRET}"'.encode())
        self.put(LAKE, "results/q2.csv", b'"nobody"')
        self.put(LAKE, "templates/mine.jinja", f"# asked for by {ZOE}".encode())
        self.put(MAILS, "in/z1", f"Subject: {SECRET}\r\n\r\nHello".encode())
        self.put(MAILS, "in/other", b"Subject: Hi\r\n\r\nHello")

    def put(self, name: str, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=name, Key=key, Body=content)

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=self.machine.name)["Items"]
        return found

    def versions(self, name: str) -> Iterator[tuple[str, bool, bytes]]:
        for each in self.s3.list_object_versions(Bucket=name).get("Versions", []):
            got = self.s3.get_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
            yield each["Key"], each["IsLatest"], got["Body"].read()

    def leftovers(self) -> list[str]:
        """Where the address or the words are still to be found; templates are not looked at."""
        contents = [
            (f"{name}/{key}", plain)
            for name in (LAKE, MAILS)
            for key, _, content in self.versions(name)
            for plain in readable(content)
            if not key.endswith(".jinja")
        ]
        for item in self.items():
            body = zlib.decompress(bytes(item["body"]["B"])) if "body" in item else b""
            contents.append((f"{item['pk']['S']} {item['sk']['S']}", repr(item).encode() + body))
        return [where for where, content in contents if has(content, SECRET) or has(content, ZOE[1:])]

    def current(self, key: str) -> list[dict[str, Any]]:
        content = self.s3.get_object(Bucket=LAKE, Key=key)["Body"].read()
        rows: list[dict[str, Any]] = pq.read_table(BytesIO(content)).to_pylist()
        return rows

    def erase(self, *options: str) -> Any:
        uris = (f"s3://{LAKE}/", f"s3://{MAILS}/in/")
        arguments = ("--address", ZOE, "--table", self.machine.name, "--yes", "--format", "json")
        result = run(self.folder, "erase", *uris, *arguments, *options)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def readable(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PAR1"):
        yield repr(pq.read_table(BytesIO(content)).to_pylist()).encode()
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)


@pytest.fixture
def deployed(tmp_path: Path) -> Deployed:
    return Deployed(tmp_path)


def neighbours(rows: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(row) for row in rows if NEIGHBOUR in json.dumps(row)]


def test_nothing_is_left_in_any_version_nor_in_the_table(deployed: Deployed) -> None:
    keys = [f"conversations/{HOUR}/all.parquet", f"events/{HOUR}/all.parquet"]
    before = [neighbours(deployed.current(key)) for key in keys]
    turns = [turn for turn in deployed.machine.turns() if turn.latest.their_address == NEIGHBOUR]
    assert len(deployed.leftovers()) > 10
    report = deployed.erase()
    assert deployed.leftovers() == []
    after = [neighbours(deployed.current(key)) for key in keys]
    assert after == [[row.replace(ZOE, "[erased]") for row in rows] for rows in before]
    assert len(after[0]) == 4
    left = deployed.machine.turns()
    assert [turn.turn_id for turn in left] == [turn.turn_id for turn in turns]
    assert {each["where"] for each in report["places"]} >= {
        f"s3://{LAKE}/: current",
        f"s3://{LAKE}/: older versions",
        f"s3://{MAILS}/in/: current",
        f"table {deployed.machine.name}: conversation",
        f"table {deployed.machine.name}: turn",
        f"table {deployed.machine.name}: record",
    }
    assert deployed.erase()["places"] == []


def test_what_is_others_and_what_was_deleted_stays_so(deployed: Deployed) -> None:
    deployed.erase()
    current = {key for key, is_current, _ in deployed.versions(LAKE) if is_current}
    assert {"errors/one", "results/q2.csv", "templates/mine.jinja"} <= current
    assert not {"results/q1.csv", "errors/two.gz", f"events/{HOUR}/first.parquet"} & current
    assert {key for key, is_current, _ in deployed.versions(MAILS) if is_current} == {"in/other"}
    (left,) = [content for key, _, content in deployed.versions(LAKE) if key == "errors/one"]
    assert len(left.splitlines()) == 1


def test_an_older_version_does_not_come_back_when_the_current_one_goes(deployed: Deployed) -> None:
    key = "results/shared.csv"
    deployed.put(LAKE, key, b'"an older result, of nobody"')
    deployed.put(LAKE, key, ZOE.encode())
    deployed.erase()
    assert [is_current for each, is_current, _ in deployed.versions(LAKE) if each == key] == [False]


def test_a_bucket_without_versions_is_erased_too(deployed: Deployed) -> None:
    name = "without-versions"
    deployed.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    error = orjson.dumps({"rawData": "bm9ib2R5"})
    deployed.put(name, "errors/one", orjson.dumps({"rawData": ZOE}) + b"\n" + error)
    deployed.put(name, "results/q1.csv", ZOE.encode())
    result = run(deployed.folder, "erase", f"s3://{name}", "--address", ZOE, "--yes")
    assert result.exit_code == 0, result.output
    assert [(key, content.strip()) for key, _, content in deployed.versions(name)] == [("errors/one", error)]


def test_a_dry_run_counts_the_same_and_changes_nothing(deployed: Deployed) -> None:
    before = list(deployed.versions(LAKE)), deployed.items()
    dry = deployed.erase("--dry-run")
    kept = [each for each in deployed.versions(LAKE) if not each[0].startswith(".compaction")]
    assert (kept, deployed.items()) == before
    assert deployed.erase()["places"] == dry["places"]


class Died(BaseException):
    """As kill -9: nothing after it runs."""


@pytest.mark.parametrize("calls", [0, 1, 4, 9])
def test_an_erasure_that_dies_is_finished_by_the_next(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    key = f"conversations/{HOUR}/all.parquet"
    before = neighbours(deployed.current(key))
    left = [calls]
    replace = bucket.Prefix._replace

    def dying(self: Any, *arguments: Any) -> None:
        if not left[0]:
            raise Died
        left[0] -= 1
        replace(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bucket.Prefix, "_replace", dying)
        with pytest.raises(Died):
            deployed.erase()
    deployed.erase()
    assert deployed.leftovers() == []
    assert neighbours(deployed.current(key)) == [row.replace(ZOE, "[erased]") for row in before]


def test_one_of_our_own_addresses_is_not_erased(deployed: Deployed) -> None:
    arguments = ("--address", "+12065550100", "--table", deployed.machine.name, "--yes")
    assert "our own" in str(run(deployed.folder, "erase", *arguments).exception)
