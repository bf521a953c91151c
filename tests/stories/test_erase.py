"""A person is erased: no store has a byte of the address or of the words; everybody else's rows are as they were."""

import base64
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from infra.local.deployment import Deployment
from infra.local.providers import customers
from infra.operating.erasure import erasing, lake, store
from infra.operating.erasure.person import Person
from orchestrator.errors import ConfigurationError
from orchestrator.model import ChannelName, Record
from orchestrator.settings import Settings
from tests.kit import NOON, notification, sms_event
from tests.stories.test_ingest import ingest, rows, run
from tests.stories.test_quarantine import announced
from transformer.redaction.pseudonyms import Pseudonyms

PERSONS: dict[ChannelName, str] = {"sms": "+14255550101", "whatsapp": "+14255550101", "email": "zoe@person.example"}
SECRET = "purple elephants"
NEIGHBOUR = "+14255550177"
KEY = "a key for tests, long"


def said_by(channel: ChannelName, address: str, text: str) -> bytes:
    return customers.event(channel, address, text, NOON)[1]


def fill(data: Path, channel: ChannelName) -> None:
    """A person's turns, rejected and quarantined events, a stored mail; and a neighbour, who names the person."""
    address = PERSONS[channel]
    run(data, "documents", "add", str(Path(__file__).parents[2] / "infra/local/samples"))
    events = (
        said_by(channel, address, f"I love {SECRET}. How long do I have to return a lamp?"),
        said_by(channel, address, f"Do {SECRET} have a warranty?"),
        sms_event("When do you open?", "n1", NEIGHBOUR),
        sms_event(f"My friend is {address}. What is the warranty?", "n2", NEIGHBOUR),
        notification({"originationNumber": address, "messageBody": {SECRET: 1}}),
        announced(virusVerdict={"status": "FAIL"}),
    )
    ingest(data, input_=b"\n".join(events))
    (data / "mail").mkdir(exist_ok=True)
    (data / "mail" / "stored").write_bytes(f"From: Zoe <{address}>\r\nSubject: {SECRET}\r\n\r\nHi".encode())
    (data / "mail" / "other").write_bytes(b"From: bob@other.example\r\nSubject: Hello\r\n\r\nHi")
    only_by_its_turn(data, address)


def only_by_its_turn(data: Path, address: str) -> None:
    """An event of EventBridge has no destination: only its turn, or its message, tells whose it is."""
    with Deployment(data, Settings()) as deployment:
        turns = [
            turn
            for each in deployment.store.conversations.conversations()
            if each.their_address == address
            for turn in deployment.store.conversations.turns(each.key)
        ]
        for event in (
            {"eventType": "TEXT_READ", "messageId": "x1", "context": {"turn_id": turns[0].turn_id, "note": SECRET}},
            {"eventType": "TEXT_READ", "messageId": turns[0].parts[0].message_id, "context": {"note": SECRET}},
        ):
            whole = {**event, "eventTimestamp": 1, "originationPhoneNumber": "+12065550100"}
            deployment.store.journal.record([Record("events", notification(whole))])


def erase(data: Path, address: str, *options: str) -> Any:
    result = run(data, "erase", "--address", address, "--yes", "--format", "json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def leftovers(data: Path, address: str) -> list[str]:
    """Every place that still has the address or the words, in whatever encoding a store uses."""
    wanted = [SECRET, address.lstrip("+")]
    found = []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        contents = list(contents_of(path))
        found += [f"{path.relative_to(data)}: {each}" for each in wanted if any(has(text, each) for text in contents)]
    return found


def contents_of(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield repr(pq.read_table(path).to_pylist()).encode()


def has(content: bytes, words: str) -> bool:
    """In the clear, or in base64 at any of its three alignments."""
    plain = words.encode()
    encoded = [base64.b64encode(b"." * shift + plain)[4 if shift else 0 : -4] for shift in range(3)]
    return any(each in content for each in (plain, *encoded))


def told(data: Path) -> list[Any]:
    """What the lake tells of everybody else."""
    return [
        [row for row in rows(data, f"SELECT * FROM {table} ORDER BY event_id") if NEIGHBOUR in json.dumps(row)]  # noqa: S608
        for table in ("conversations", "events")
    ]


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_nothing_is_left_of_a_person_and_everything_of_others(tmp_path: Path, channel: ChannelName) -> None:
    address = PERSONS[channel]
    fill(tmp_path, channel)
    before = told(tmp_path)
    assert len(before[0]) == 4
    assert len(leftovers(tmp_path, address)) > 5
    report = erase(tmp_path, address)
    assert leftovers(tmp_path, address) == []
    assert json.dumps(told(tmp_path)) == json.dumps(before).replace(address, "[erased]")
    places = {each["where"]: each["removed"] for each in report["places"]}
    assert {"lake: events", "lake: conversations", "store: messages", "store: turns", "store: outbox"} <= set(places)
    assert ("store: sent" in places) == (channel == "email")  # only mail has threads
    assert places["store: conversations"] == places["store: contacts"] == places["stored mail"] == 1
    assert (tmp_path / "mail/other").exists()
    assert erase(tmp_path, address)["places"] == []


def mail_event(kind: str, *recipients: str) -> bytes:
    """What SES tells of one mail, which went to two people."""
    mail = {"timestamp": "2026-03-14T12:00:00Z", "messageId": "shared", "source": "help@shop.example"}
    return json.dumps({"eventType": kind, "mail": {**mail, "destination": recipients}, kind.lower(): {}}).encode()


@pytest.mark.parametrize("own", [(), ("zoe@person.example",)], ids=["told of both", "told of each too"])
def test_erasing_one_of_a_mails_two_recipients_leaves_the_others_rows(tmp_path: Path, own: tuple[str, ...]) -> None:
    zoe, bob = "zoe@person.example", "bob@other.example"
    told_of_zoe = [mail_event("Open", each) for each in own]
    ingest(tmp_path, input_=b"\n".join([*told_of_zoe, mail_event("Send", zoe, bob), mail_event("Open", bob)]))
    erase(tmp_path, zoe)
    assert leftovers(tmp_path, zoe) == []
    (left,) = rows(tmp_path, "SELECT type, destination_address FROM events")
    assert (left["type"], left["destination_address"]) == ("Open", [bob])


def test_a_quarantined_mail_is_forgotten(tmp_path: Path) -> None:
    ingest(tmp_path, input_=announced(virusVerdict={"status": "FAIL"}))
    assert has(b"".join(path.read_bytes() for path in tmp_path.glob("parley.*")), "zoe@person.example")
    erase(tmp_path, "Zoe@Person.example")
    assert leftovers(tmp_path, "zoe@person.example") == []
    assert json.loads(run(tmp_path, "quarantine", "list", "--format", "json").stdout or "[]") == []


def test_a_rejected_event_is_forgotten_whatever_it_is_wrapped_in(tmp_path: Path) -> None:
    broken = b'{"from": "zoe@person.example"'
    ingest(tmp_path, input_=broken, status=0)
    ingest(tmp_path, input_=notification({"content": base64.b64encode(broken).decode(), "originationNumber": {}}))
    erase(tmp_path, "zoe@person.example")
    assert leftovers(tmp_path, "zoe@person.example") == []


def test_a_lake_of_pseudonyms_is_erased_by_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_REDACTION", "patterns")
    monkeypatch.setenv("PARLEY_PSEUDONYM_KEY", KEY)
    ingest(tmp_path, input_=said_by("sms", PERSONS["sms"], "Hello"))
    pseudonym = Pseudonyms(KEY.encode()).of(PERSONS["sms"])
    assert pseudonym in json.dumps(rows(tmp_path, "SELECT * FROM conversations"))
    assert leftovers(tmp_path / "lake", PERSONS["sms"]) == []
    erase(tmp_path, PERSONS["sms"])
    assert leftovers(tmp_path, pseudonym) == []
    assert rows(tmp_path, "SELECT * FROM conversations") == []


def test_a_dry_run_counts_the_same_and_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path, "sms")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    dry = erase(tmp_path, PERSONS["sms"], "--dry-run")
    assert not dry["erased"]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before
    assert erase(tmp_path, PERSONS["sms"])["places"] == dry["places"]


class Died(BaseException):
    """As kill -9: nothing after it runs."""


def die_erasing(data: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Erase, and die after so many changes."""
    left = [calls]

    def dying(call: Any) -> Any:
        def maybe(*arguments: Any) -> Any:
            if not left[0]:
                raise Died
            left[0] -= 1
            return call(*arguments)

        return maybe

    with monkeypatch.context() as patch:
        for module, name in ((lake, "write_file"), (lake, "remove_files"), (store, "_forget"), (store, "pack")):
            patch.setattr(module, name, dying(getattr(module, name)))
        deployment = Deployment(data, Settings())
        with pytest.raises(Died):
            erasing.erase(deployment, PERSONS["sms"], data / "mail")
        deployment.release()


@pytest.mark.parametrize("calls", [0, 1, 2, 4])
def test_an_erasure_that_dies_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    fill(tmp_path, "sms")
    before = told(tmp_path)
    die_erasing(tmp_path, monkeypatch, calls)
    erase(tmp_path, PERSONS["sms"])
    assert leftovers(tmp_path, PERSONS["sms"]) == []
    assert json.dumps(told(tmp_path)) == json.dumps(before).replace(PERSONS["sms"], "[erased]")


@pytest.mark.parametrize("calls", [1, 2])
def test_a_lake_without_its_store_is_erased_too_and_after_dying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    fill(tmp_path, "sms")
    for path in tmp_path.glob("parley.sqlite3*"):
        path.unlink()
    die_erasing(tmp_path, monkeypatch, calls)
    erase(tmp_path, PERSONS["sms"])
    assert leftovers(tmp_path, PERSONS["sms"]) == []


def test_what_was_deleted_before_and_what_is_in_the_log_is_gone_too(tmp_path: Path) -> None:
    ingest(tmp_path, input_=sms_event(f"I love {SECRET}"))
    with closing(sqlite3.connect(tmp_path / "parley.sqlite3", isolation_level=None)) as reader:  # keeps the log alive
        reader.execute("PRAGMA secure_delete=OFF")
        reader.execute("INSERT INTO journal (arrived_at, body) VALUES (0, ?)", (SECRET.encode() * 5000,))
        reader.execute("DELETE FROM journal")
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert (tmp_path / "parley.sqlite3").read_bytes().count(SECRET.encode()) > 1000
        erase(tmp_path, PERSONS["sms"])
        assert leftovers(tmp_path, PERSONS["sms"]) == []


@pytest.mark.slow
def test_an_erasure_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    filled = tmp_path / "filled"
    fill(filled, "sms")
    before = told(filled)
    command = [sys.executable, "-m", "infra.cli.main", "--data"]
    started = time.monotonic()
    shutil.copytree(filled, tmp_path / "whole")
    subprocess.run([*command, str(tmp_path / "whole"), "erase", "--address", PERSONS["sms"], "--yes"], check=True)
    seconds = time.monotonic() - started
    for moment in range(6):
        data = tmp_path / f"killed-{moment}"
        shutil.copytree(filled, data)
        process = subprocess.Popen(
            [*command, str(data), "erase", "--address", PERSONS["sms"], "--yes"], stdout=subprocess.DEVNULL
        )
        time.sleep(seconds * (0.4 + 0.1 * moment))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        erase(data, PERSONS["sms"])
        assert leftovers(data, PERSONS["sms"]) == []
        assert json.dumps(told(data)) == json.dumps(before).replace(PERSONS["sms"], "[erased]")


def test_one_of_our_own_addresses_is_not_erased(tmp_path: Path) -> None:
    ingest(tmp_path, input_=sms_event("Hello"))
    result = run(tmp_path, "erase", "--address", "+12065550100", "--yes")
    assert isinstance(result.exception, ConfigurationError)
    assert "our own" in str(result.exception)


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    Deployment(tmp_path, Settings()).close()
    assert isinstance(run(tmp_path, "erase", "--address", "Zoe", "--yes").exception, ConfigurationError)


def test_without_yes_one_is_asked(tmp_path: Path) -> None:
    ingest(tmp_path, input_=sms_event("Hello"))
    assert run(tmp_path, "erase", "--address", PERSONS["sms"], input_=b"n\n").exit_code == 1
    assert len(rows(tmp_path, "SELECT * FROM conversations")) == 2
    result = run(tmp_path, "erase", "--address", PERSONS["sms"], input_=b"y\n")
    assert "Beyond reach" in result.stdout
    assert rows(tmp_path, "SELECT * FROM conversations") == []


@pytest.mark.parametrize(
    ("address", "text", "named"),
    [
        ("+14255550101", "call 14255550101 now", True),
        ("+14255550101", "+1 (425) 555-0101", True),
        ("+14255550101", "914255550101", False),
        ("+14255550101", "142555501012", False),
        ("zoe@person.example", "Mail ZOE@person.example!", True),
        ("zoe@person.example", "?m=zoe%40person.example", True),
        ("zoe@person.example", "chloezoe@person.example", False),
        ("zoe@person.example", "zoe@person.example-shop.com", False),
    ],
)
def test_an_address_is_recognised_in_a_text_and_no_other_is(address: str, text: str, named: bool) -> None:
    person = Person(address)
    assert person.named_in(text.encode()) is named
    assert person.named_in(base64.b64encode(text.encode())) is named
    assert (person.forgotten(text) != text) is named


def test_json_without_the_address_is_json_still() -> None:
    person = Person("+14255550101")
    assert json.loads(person.forgotten('{"a": 14255550101, "b": "+14255550101"}')) == {"a": 0, "b": "0"}
    assert json.loads(person.forgotten('{"b": "to +14255550101"}')) == {"b": "to [erased]"}
