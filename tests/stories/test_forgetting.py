"""Nothing is kept that erasure does not know: every table of the file, every kind of item of the table has an owner."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.deployment import Deployment
from infra.operating.erasure.store import tables_of
from orchestrator.errors import ConfigurationError
from orchestrator.model import ContactChange, Conversation, Held, InboundMessage, Part, Turn
from orchestrator.sends import Told
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb import items
from orchestrator.stores.dynamodb.items import kind_of
from orchestrator.stores.dynamodb.store import KINDS
from tests.contracts.sends import KEY
from tests.deployed import DeployedMachine
from tests.kit import NOON, sms_event
from tests.sending import SEND, a_send
from tests.stories.test_erase import PERSONS
from tests.stories.test_ingest import run


def test_every_table_of_the_file_is_forgotten_in_by_one_owner(tmp_path: Path) -> None:
    with Deployment(tmp_path, Settings()) as deployment:
        owned = Counter(table for keeper in deployment.keepers for table in keeper.tables)
        assert dict(owned) == dict.fromkeys(tables_of(deployment.store.database.connection()), 1)


def test_a_table_that_nobody_owns_stops_an_erasure_before_it_begins(tmp_path: Path) -> None:
    Deployment(tmp_path, Settings()).close()
    with closing(sqlite3.connect(tmp_path / "parley.sqlite3")) as connection:
        connection.execute("CREATE TABLE birthdays (address TEXT)")
    refused = run(tmp_path, "erase", "--address", PERSONS["sms"], "--yes")
    assert isinstance(refused.exception, ConfigurationError)
    assert "birthdays" in str(refused.exception)


def documented_kinds() -> set[str]:
    """Of the table at the top of items.py: what each sort key begins with, or the partition of the quarantine."""
    table = re.findall(r"^ {4}(\S.*?) {2,}(\S.*?) {2,}\S", items.__doc__ or "", re.MULTILINE)[1:]
    return {kind_of(items.key(partition, sort)) for partition, sort in table}


def test_every_kind_of_item_that_is_documented_can_be_forgotten() -> None:
    assert documented_kinds() == set(KINDS)


@pytest.mark.usefixtures("aws")
def test_a_hub_writes_no_other_kinds_of_items(tmp_path: Path) -> None:
    machine = DeployedMachine(tmp_path)
    machine.deliver(sms_event("When do you open?", "m1"))
    machine.drain()
    machine.deliver(sms_event("Hello?", "m2"))
    machine.store.contacts.change("sms-0", ContactChange(NOON, consent="opted_out"), [])
    machine.store.conversations.save(a_mail_answered())
    machine.store.sends.accept(a_send("sms"), ["to/ana"], KEY, [])
    machine.store.sends.tell(SEND, Told(1, "m9", "sent", NOON))
    machine.store.sends.cancel(SEND)
    machine.store.quarantine.hold(Held("email", "q1", "zoe@person.example", "us@parley.example", "virus", NOON, b"{}"))
    client: Any = boto3.client("dynamodb")
    assert {kind_of(item) for item in client.scan(TableName=machine.name)["Items"]} == set(KINDS)


def a_mail_answered() -> Conversation:
    """In a thread, of which what was sent is kept."""
    key, ours, theirs = f"email-{'a' * 32}", "us@parley.example", "zoe@person.example"
    question = InboundMessage("email", "m3", ours, theirs, "When?", NOON, thread="t@person.example")
    sent = Part("…", state="sent", message_id="s1")
    turn = Turn("0" * 32, f"{key}-0", (question,), NOON, state="answered", parts=(sent,))
    return Conversation(key, key[:22], "email", ours, theirs, thread=question.thread, turn=turn)


@pytest.mark.usefixtures("aws")
def test_an_item_of_no_known_kind_stops_an_erasure_before_it_begins(tmp_path: Path) -> None:
    machine = DeployedMachine(tmp_path)
    client: Any = boto3.client("dynamodb")
    client.put_item(TableName=machine.name, Item=items.key("person", "birthday#1"))
    refused = run(tmp_path, "erase", "--address", PERSONS["sms"], "--table", machine.name, "--yes")
    assert isinstance(refused.exception, ConfigurationError)
    assert "birthday#1" in str(refused.exception)
