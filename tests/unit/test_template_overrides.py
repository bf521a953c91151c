"""Overrides of templates, hot: a new version, a broken one, a store that is down, a way back."""

import base64
import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from tests.kit import Clock
from transformer import handler as handler_module
from transformer.handler import handler
from transformer.overrides import INTERVAL_S, MAX_BYTES, Entry, Fault, Overrides, Store, UnreachableError
from transformer.pipeline import transform
from transformer.sources import shipped_templates
from transformer.template_stores import FolderStore, S3Store, s3_client

SHIPPED = Path("transformer/templates/sms_inbound.jinja")
SMS = {
    "originationNumber": "+14255550182",
    "destinationNumber": "+12065550100",
    "messageBody": "hi",
    "inboundMessageId": "in-1",
}


def text(status: str = "heard", first_line: str = "# mine") -> str:
    """The shipped template of two-way SMS, with another status."""
    shipped = SHIPPED.read_text("utf-8")
    assert '"status": "received"' in shipped
    return f"{first_line}\n" + shipped.replace('"status": "received"', f'"status": "{status}"')


class Memory:
    """A store that counts what it is asked, and can be down."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        self.down = False
        self.lists = 0
        self.gets: list[str] = []

    def list(self) -> Mapping[str, Entry]:
        self.lists += 1
        if self.down:
            raise UnreachableError("the store is down")
        return {name: Entry(str(hash(content)), len(content)) for name, content in self.texts.items()}

    def get(self, name: str) -> bytes:
        self.gets.append(name)
        return self.texts[name]


class Analyst:
    """Overrides on a store whose time stands still until it is told to move, and what they reported last."""

    def __init__(self, store: Store) -> None:
        self.faults: list[Fault] = []
        self.clock = Clock()
        self.overrides = Overrides(store, self._told, self._seconds)

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def _told(self, faults: Any) -> None:
        self.faults = list(faults)

    def status(self) -> str:
        """What the template in use says."""
        (row,) = transform(orjson.dumps(SMS), self.clock(), templates=self.overrides.current())
        return str(row.values["status"])

    def later(self) -> str:
        self.clock.advance(seconds=INTERVAL_S)
        return self.status()


def test_a_changed_override_is_in_use_within_a_minute_and_is_compiled_once() -> None:
    store = Memory()
    analyst = Analyst(store)
    assert analyst.status() == "received"
    store.texts["sms_inbound"] = text("heard").encode()
    assert analyst.status() == "received"
    assert analyst.later() == "heard"
    assert [analyst.later() for _ in range(5)] == ["heard"] * 5
    assert store.gets == ["sms_inbound"]
    store.texts["sms_inbound"] = text("listened").encode()
    assert analyst.later() == "listened"
    assert 2 * INTERVAL_S <= 60


def test_the_store_is_looked_into_by_age_and_not_by_batch() -> None:
    store = Memory()
    analyst = Analyst(store)
    for _ in range(100):
        analyst.status()
    assert store.lists == 1


def test_an_override_that_is_there_at_the_first_batch_is_used_for_it() -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard").encode()
    assert Analyst(store).status() == "heard"


def test_only_the_overridden_template_changes_and_its_version_tells_who_made_a_row() -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard").encode()
    current = Analyst(store).overrides.current()
    shipped = shipped_templates()
    assert {name for name in shipped if current[name].version != shipped[name].version} == {"sms_inbound"}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"{", "sms_inbound.jinja:1 "),
        (text().replace('"status":', '"state":').encode(), "sms_inbound.jinja:12 state is there twice, or no column"),
        (text().replace('"status": "heard",', "").encode(), "sms_inbound.jinja:4 status is missing"),
        (text().replace('"heard"', "evnt.x").encode(), "sms_inbound.jinja:12 evnt is no name that a template knows"),
        (b"\xff\xfe", "sms_inbound.jinja:1 UnicodeDecodeError"),
        (b"[" * 20_000, "sms_inbound.jinja:1 RecursionError"),
        (b'{"status": ' + b"9" * 5_000 + b"}", "sms_inbound.jinja:1 ValueError"),
        (b"# " + b"x" * MAX_BYTES, "sms_inbound.jinja:1 has more than 262,144 bytes"),
    ],
)
def test_a_broken_override_never_takes_effect_and_is_named_with_its_line(broken: bytes, reason: str) -> None:
    store = Memory()
    store.texts["sms_inbound"] = broken
    analyst = Analyst(store)
    assert analyst.status() == "received"
    (fault,) = analyst.faults
    assert (fault.kind, fault.name) == ("TemplateBroken", "sms_inbound")
    assert fault.reason.startswith(reason)
    assert "the shipped version stays in use" in fault.reason


def test_the_last_good_version_stays_while_a_broken_one_is_there() -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard").encode()
    analyst = Analyst(store)
    assert analyst.status() == "heard"
    store.texts["sms_inbound"] = b"{"
    assert analyst.later() == "heard"
    assert "the last good version stays in use" in analyst.faults[0].reason
    assert analyst.later() == "heard"
    assert analyst.faults, "an alarm lasts as long as its reason"
    assert store.gets == ["sms_inbound"] * 2, "a broken text is compiled once, too"
    store.texts["sms_inbound"] = text("mended").encode()
    assert analyst.later() == "mended"
    assert analyst.faults == []


def test_what_is_wrong_is_logged_once_and_reported_at_every_look(caplog: pytest.LogCaptureFixture) -> None:
    store = Memory()
    store.texts["sms_inbound"] = b"{"
    analyst = Analyst(store)
    for _ in range(3):
        analyst.later()
        assert len(analyst.faults) == 1
    (record,) = caplog.records
    assert json.loads(record.message)["reason"].startswith("sms_inbound.jinja:1 ")


def test_an_override_that_is_removed_gives_way_to_the_shipped_template() -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard").encode()
    analyst = Analyst(store)
    assert analyst.status() == "heard"
    store.texts.clear()
    assert analyst.later() == "received"


def test_templates_stay_as_they_are_while_the_store_is_down() -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard").encode()
    analyst = Analyst(store)
    assert analyst.status() == "heard"
    store.down = True
    assert analyst.later() == "heard"
    assert [fault.kind for fault in analyst.faults] == ["TemplatesUnreachable"]
    store.down = False
    store.texts["sms_inbound"] = text("back").encode()
    assert analyst.later() == "back"
    assert analyst.faults == []


def test_a_store_that_is_down_from_the_beginning_leaves_the_shipped_templates() -> None:
    store = Memory()
    store.down = True
    analyst = Analyst(store)
    assert analyst.status() == "received"
    assert [fault.kind for fault in analyst.faults] == ["TemplatesUnreachable"]


def test_one_broken_override_does_not_cost_another() -> None:
    store = Memory()
    store.texts = {"consent": b"{", "sms_inbound": text("heard").encode()}
    assert Analyst(store).status() == "heard"


def test_an_override_of_no_template_is_named() -> None:
    store = Memory()
    store.texts["sms_inbond"] = text().encode()
    analyst = Analyst(store)
    analyst.status()
    assert analyst.faults[0].reason.startswith("sms_inbond.jinja:1 no shipped template has this name")


@pytest.mark.parametrize(
    ("first_line", "outdated"),
    [
        ("# made from 0123456789ab", True),
        (f"# made from {shipped_templates()['sms_inbound'].version}", False),
        ("# my own", False),
    ],
)
def test_an_override_made_from_an_older_shipped_version_is_named_and_used(first_line: str, outdated: bool) -> None:
    store = Memory()
    store.texts["sms_inbound"] = text("heard", first_line).encode()
    analyst = Analyst(store)
    assert analyst.status() == "heard"
    assert [fault.kind for fault in analyst.faults] == ["TemplateOutdated"] * outdated


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda drawn: text(drawn).encode("utf-8", "replace")))
def test_whatever_is_in_the_store_there_are_templates(content: bytes) -> None:
    store = Memory()
    store.texts["sms_inbound"] = content
    analyst = Analyst(store)
    assert set(analyst.overrides.current()) == set(shipped_templates())
    assert bool(analyst.faults) == (analyst.overrides.current()["sms_inbound"] is shipped_templates()["sms_inbound"])


def test_a_folder_holds_overrides_and_may_be_missing(tmp_path: Path) -> None:
    analyst = Analyst(FolderStore(tmp_path / "templates"))
    assert analyst.status() == "received"
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/sms_inbound.jinja").write_text(text("heard"))
    (tmp_path / "templates/notes.txt").write_text("no template")
    assert analyst.later() == "heard"
    assert analyst.faults == []


# ── the Lambda function, on a bucket ────────────────────────────────────────────────────────────────────────────────

BUCKET = "templates-of-analysts"


class Function:
    """The transformer's function on a bucket: what it makes of a text message, and the metrics it logs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.s3 = boto3.client("s3", region_name="us-east-1")
        self.s3.create_bucket(Bucket=BUCKET)
        self.seconds = 0.0
        self._capsys = capsys
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("PARLEY_TEMPLATES_BUCKET", BUCKET)
        monkeypatch.setenv("PARLEY_TEMPLATES_PREFIX", "templates/")
        handler_module._overrides.cache_clear()
        overrides = handler_module._overrides(BUCKET, "templates/")
        assert overrides
        monkeypatch.setattr(overrides, "_clock", lambda: self.seconds)

    def put(self, content: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key="templates/sms_inbound.jinja", Body=content)

    def row(self) -> dict[str, Any]:
        data = base64.b64encode(orjson.dumps(SMS)).decode()
        (answer,) = handler({"records": [{"recordId": "1", "data": data}]}, None)["records"]
        return dict(orjson.loads(base64.b64decode(answer["data"])))

    def later(self) -> dict[str, Any]:
        self.seconds += INTERVAL_S
        return self.row()

    def metrics(self) -> list[dict[str, Any]]:
        """Those about templates: each batch has its counts beside them."""
        lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return [line for line in lines if "template" in line]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Function]:
    with mock_aws():
        yield Function(monkeypatch, capsys)
    handler_module._overrides.cache_clear()


def test_templates_are_swapped_in_a_running_function(function: Function) -> None:
    shipped = function.row()
    assert shipped["status"] == "received"
    function.put(text("heard").encode())
    assert function.row()["template_version"] == shipped["template_version"], "not looked for before its time"
    swapped = function.later()
    assert swapped["status"] == "heard"
    assert swapped["template_version"] != shipped["template_version"]
    assert swapped["event_id"] == shipped["event_id"]
    function.put(b'{\n"account_id": evnt}')
    assert function.later()["template_version"] == swapped["template_version"]
    (metric,) = function.metrics()
    assert metric["TemplateBroken"] == 1
    assert metric["template"] == "sms_inbound"
    assert metric["reason"].startswith("sms_inbound.jinja:2 evnt is no name that a template knows")
    assert metric["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Parley",
            "Dimensions": [["stage", "service"]],
            "Metrics": [{"Name": "TemplateBroken", "Unit": "Count"}],
        }
    ]
    function.put(text("heard").encode())
    assert function.later()["template_version"] == swapped["template_version"]
    function.s3.delete_object(Bucket=BUCKET, Key="templates/sms_inbound.jinja")
    assert function.later()["template_version"] == shipped["template_version"]
    assert function.metrics() == []


@pytest.mark.parametrize("word", ["rows", "Rejected", "TEXT_DELIVERED"])
def test_a_word_of_an_overrides_own_for_how_far_a_message_got_is_no_metric(
    function: Function, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    written = text().replace('"delivery_status": ""', f'"delivery_status": "{word}"')
    function.put(written.encode())
    assert function.later()["delivery_status"] == word
    line = json.loads(capsys.readouterr().out)
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert {each["Name"]: line[each["Name"]] for each in metric["Metrics"]} == {"Rows": 1, "Rejected": 0}


def test_a_function_goes_on_while_its_bucket_cannot_be_reached(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    function.put(text("heard").encode())
    assert function.row()["status"] == "heard"
    function.s3.delete_object(Bucket=BUCKET, Key="templates/sms_inbound.jinja")
    function.s3.delete_bucket(Bucket=BUCKET)
    assert function.later()["status"] == "heard"
    (metric,) = function.metrics()
    assert metric["TemplatesUnreachable"] == 1
    assert f"s3://{BUCKET}/templates/ cannot be listed" in metric["reason"]
    function.s3.create_bucket(Bucket=BUCKET)
    assert function.later()["status"] == "received"


def test_a_bucket_that_never_answers_costs_seconds_and_no_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("PARLEY_TEMPLATES_BUCKET", BUCKET)
    handler_module._overrides.cache_clear()
    data = base64.b64encode(orjson.dumps(SMS)).decode()
    (answer,) = handler({"records": [{"recordId": "1", "data": data}]}, None)["records"]
    handler_module._overrides.cache_clear()
    assert answer["result"] == "Ok"
    assert '"TemplatesUnreachable": 1' in capsys.readouterr().out


def test_a_bucket_that_hangs_is_given_up_long_before_a_batch_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("PARLEY_TEMPLATES_BUCKET", BUCKET)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        store = S3Store(BUCKET, "", s3_client)
        began = time.monotonic()
        with pytest.raises(UnreachableError):
            store.list()
    assert time.monotonic() - began < 10


def test_without_a_bucket_no_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_TEMPLATES_BUCKET", raising=False)
    assert handler_module._overrides("", "") is None


def test_only_templates_right_below_the_prefix_are_listed() -> None:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        for key in ("t/consent.jinja", "t/README.md", "t/old/consent.jinja", "consent.jinja"):
            client.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        assert set(S3Store(BUCKET, "t/", lambda: client).list()) == {"consent"}
        assert S3Store(BUCKET, "t/", lambda: client).get("consent") == b"x"
