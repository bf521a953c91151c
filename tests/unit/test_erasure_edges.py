"""What erasure meets rarely: what is older than its bucket's versions, an item that changes meanwhile, broken text."""

import base64
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from infra.operating.erasure import objects
from infra.operating.erasure.bucket import Prefix
from infra.operating.erasure.person import ERASED, Person
from infra.operating.erasure.report import BEYOND_REACH, Report
from infra.operating.erasure.table import Table
from tests.lake_rows import row
from tests.upgrade.dumps import items_of
from transformer.lake.parquet import to_arrow

ZOE = "zoe@person.example"
FIXTURE = Path(__file__).parents[1] / "upgrade/fc890dd"
SMS_PERSON, MAIL_PERSON = (
    "+12065550142",
    "mallory@person.example",
)  # of the fixture: one with turns, one with a held mail


def zoe() -> Person:
    return Person(ZOE, None)


@pytest.mark.usefixtures("aws")
def test_an_object_from_before_its_bucket_kept_versions_is_gone_too() -> None:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="old-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="old-bucket", Key="errors/one", Body=b'{"rawData": "%s"}\n{"rawData": ""}' % ZOE.encode())
    s3.put_bucket_versioning(Bucket="old-bucket", VersioningConfiguration={"Status": "Enabled"})
    Prefix("s3://old-bucket/", s3).erase(zoe(), {"address"}, Report())
    contents = [
        s3.get_object(Bucket="old-bucket", Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
        for each in s3.list_object_versions(Bucket="old-bucket")["Versions"]
    ]
    assert contents == [b'{"rawData":""}\n']


def test_the_rows_of_a_file_that_goes_whole_are_counted() -> None:
    content = BytesIO()
    pq.write_table(
        to_arrow("events", [row("events", destination_address=[ZOE]), row("events", sending_address=ZOE)]), content
    )
    assert objects.without(zoe(), "events/a.parquet", content.getvalue(), {"address"}) == objects.Left(None, removed=2)


def test_text_that_is_no_utf_8_keeps_its_bytes_but_for_the_address() -> None:
    assert zoe().forgotten_bytes(b"\xff<%s>\xfe" % ZOE.encode()) == b"\xff<[erased]>\xfe"


class FakeTable:
    """`dynamodb` as far as erasure uses it; `meanwhile` happens before each update."""

    def __init__(self, items: list[dict[str, Any]], meanwhile: Callable[[], None] = lambda: None) -> None:
        self.items = items
        self._meanwhile = meanwhile

    def get_paginator(self, _: str) -> "FakeTable":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Items": [*self.items]}]

    def delete_item(self, *, TableName: str, Key: dict[str, Any]) -> None:  # noqa: N803 - boto3's names
        self.items = [item for item in self.items if {"pk": item["pk"], "sk": item["sk"]} != Key]

    def update_item(self, **_: Any) -> None:
        self._meanwhile()


def erased(client: FakeTable, address: str) -> Report:
    table, person, report = Table("t", client), Person(address, None), Report()
    table.learn(person)
    table.erase(person, report)
    return report


US, GB, DE, MAIL = "+14255550101", "+442079460018", "+4915123456789", "zoe@person.example"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        *((US, each) for each in ("+14255550101", "14255550101", "+1 (425) 555-0101", "tel:+1-425-555-0101")),
        *((US, each) for each in ("4255550101", "(425) 555-0101", "425.555.0101", "001 425 555 0101")),
        *((US, each) for each in ("011 1 425 555 0101", "425‐555‑0101", "425–555—0101", "425―555\u22120101")),
        *((US, each) for each in ("４２５５５５０１０１", "＋１ ４２５ ５５５ ０１０１", "٤٢٥٥٥٥٠١٠١")),
        *(
            (US, each)
            for each in ("425\u00a0555\u202f0101", "\u202a+1 425\u200b555\u200b0101", "425\\u2011555\\u20110101")
        ),
        *((GB, each) for each in ("020 7946 0018", "+44 (0)20 7946 0018", "0044 20 7946 0018", "00442079460018")),
        *((DE, each) for each in ("0151 23456789", "+49 (0) 151 / 23456789", "0049151 23456789", "0151-2345-6789")),
        *((MAIL, each) for each in ("Zoe@Person.example", "zoe＠person.example", "zoe%40person.example")),
        (MAIL, "ｚｏｅ＠ｐｅｒｓｏｎ.example"),
    ],
)
def test_an_address_goes_from_the_words_of_others_however_they_wrote_it(address: str, written: str) -> None:
    person = Person(address)
    assert person.forgotten(f"Call {written}, please. 12 of them.") in (
        f"Call {ERASED}, please. 12 of them.",
        f"Call tel:{ERASED}, please. 12 of them.",
        f"Call \u202a{ERASED}, please. 12 of them.",
    )
    assert person.named_in(f'{{"text": "{written}"}}'.encode())
    assert person.named_in(base64.b64encode(f"It was said: {written}".encode()))


@pytest.mark.parametrize(
    "written",
    ["+44 4255550101", "+491 425 555 0101", "94255550101", "42555501012", "1425555010", "425 555 0102", "5550101"],
)
def test_a_number_that_is_nearly_theirs_stays(written: str) -> None:
    said = f"Call {written}, please."
    assert Person(US).forgotten(said) == said
    assert not Person(US).named_in(said.encode())


def test_what_an_erasure_cannot_find_is_said() -> None:
    assert any("without its area code" in what for what, _ in BEYOND_REACH)


def test_the_ids_of_a_persons_messages_go_with_the_rest() -> None:
    client = FakeTable(list(items_of(FIXTURE)))
    others = [
        item for item in client.items if item["pk"]["S"].startswith("message#") and "sms#a" not in item["pk"]["S"]
    ]
    erased(client, SMS_PERSON)
    assert [item for item in client.items if item["pk"]["S"].startswith("message#")] == others


def test_a_held_mail_goes_from_the_table() -> None:
    client = FakeTable(list(items_of(FIXTURE)))
    rows = {each["where"]: each["removed"] for each in erased(client, MAIL_PERSON).rows()}
    assert rows["table t: held"] == 1
    assert [item for item in client.items if item["pk"]["S"] == "held"] == []


def refusing(code: str) -> Callable[[], None]:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")

    return refuse


def named_by_another() -> list[dict[str, Any]]:
    """Somebody else's conversation, in whose words ANA's number stands."""
    (head,) = [item for item in items_of(FIXTURE) if item["sk"]["S"].startswith("conversation#email-")]
    body = zlib.decompress(head["body"]["B"]).replace(b"When are you open?", b"Is +12065550142 yours?")
    return [{**head, "body": {"B": zlib.compress(body, 1)}}]


def test_an_item_that_changes_meanwhile_is_left_to_the_next_run() -> None:
    erased(FakeTable(named_by_another(), refusing("ConditionalCheckFailedException")), SMS_PERSON)
    with pytest.raises(ClientError, match="ThrottlingException"):
        erased(FakeTable(named_by_another(), refusing("ThrottlingException")), SMS_PERSON)
