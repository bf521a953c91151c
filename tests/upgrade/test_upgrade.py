"""What earlier commits have left opens, is read whole, and goes on: a data folder, and a DynamoDB table.

Every folder beside this file is one commit's; make.py says how to add the next, and what happened in it.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.deployment import Deployment
from infra.local.providers import email as outbox_email
from infra.local.workers import work
from infra.operating.erasure import deployed, erasing
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.envelopes import opened
from orchestrator.errors import NewerDataError
from orchestrator.hub import Hub, Received
from orchestrator.keys import Keys
from orchestrator.model import Conversation, Held, InboundMessage, Turn
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb.items import FORM, packed, table, unpacked
from orchestrator.stores.dynamodb.store import DynamoStore
from queries.catalogue.entries import Catalogue
from tests.kit import NOON, Clock, notification, sms_event
from tests.stories.test_erase import contents_of, has
from tests.stories.test_ingest import run
from tests.upgrade.dumps import items_of, rebuild_folder
from tests.upgrade.make import (
    ANA,
    CAROL,
    DAVE,
    ERIN,
    EVA,
    MALLORY,
    QUESTION,
    SECRET,
    STOPPED,
    WALTER,
    Waking,
    whatsapp_event,
)

COMMITS = sorted(path for path in Path(__file__).parent.iterdir() if (path / "table.json").exists())
LATER = NOON + timedelta(hours=1, minutes=40)  # ten minutes after the last thing that happened
ANSWER = "We are open from Monday to Friday, from nine to five."
TURNS = {  # by the person, in order: the words of each finished turn, and of its answer
    ANA: [(QUESTION, "documents"), ("And from when?", "handoff")],
    WALTER: [(QUESTION, "documents")],
    EVA: [(QUESTION, "documents")],
    STOPPED: [("STOP", "consent")],
}


@pytest.fixture(params=COMMITS, ids=lambda path: path.name)
def commit(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def data(commit: Path, tmp_path: Path) -> Path:
    rebuild_folder(commit, tmp_path)
    return tmp_path


@pytest.fixture
def deployment(data: Path) -> Iterator[Deployment]:
    """The folder, opened by the code of today as a server opens it after a crash."""
    made = Deployment(data, Settings(), clock=Clock(LATER))
    made.queue.forget_leases()
    made.store.conversations.forget_claims()
    yield made
    made.close()


def drain(made: Deployment) -> None:
    while wake_up := made.queue.lease():
        work(made.hub, made.queue, wake_up, made.settings)


def says(made: Deployment, event: bytes) -> Received:
    (received,) = [made.receive(each) for each in opened(event, made.clock())]
    drain(made)
    return received


def written(made: Deployment, text: str, message_id: str, theirs: str) -> bytes:
    """By WhatsApp."""
    return whatsapp_event(text, message_id, theirs, made.clock())


def told(turns: list[Turn]) -> list[tuple[str, str]]:
    return [(turn.text, turn.answer.source if turn.answer else "") for turn in turns]


# ── a data folder ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_in_a_folder_can_be_read(deployment: Deployment) -> None:
    store = deployment.store
    conversations = {each.their_address: each for each in store.conversations.conversations()}
    assert set(conversations) == {*TURNS, CAROL, DAVE}
    assert {who: told(store.conversations.turns(conversations[who].key)) for who in TURNS} == TURNS
    assert conversations[ANA].generation == 1
    assert conversations[WALTER].history[0].answer == ANSWER
    assert store.conversations.counts() == {"messages": 8, "waiting": 1, "unfinished": 2, "turns": 5}
    assert [held.their_address for held in store.quarantine.held()] == [MALLORY]
    assert [sent.destination.lstrip("+") for sent in deployment.outbox.sent()] == [
        each.lstrip("+") for each in (ANA, WALTER, EVA, STOPPED, ANA)
    ]
    assert (deployment.queue.waiting(), deployment.queue.dead()) == (3, 1)
    assert [each.name for each in deployment.documents.list()] == ["hours.md"]


def test_the_turns_of_a_folder_are_carried_on(deployment: Deployment) -> None:
    drain(deployment)
    assert deployment.queue.waiting() == 0
    assert deployment.store.conversations.counts() == {"messages": 8, "waiting": 0, "unfinished": 0, "turns": 8}
    ended = {
        each.their_address: deployment.store.conversations.turns(each.key)[-1]
        for each in deployment.store.conversations.conversations()
    }
    assert [ended[who].parts[0].state for who in (CAROL, DAVE, ERIN)] == ["sent"] * 3
    assert [ended[who].answer.text[: len(ANSWER)] for who in (CAROL, DAVE, ERIN)] == [ANSWER] * 3  # type: ignore[union-attr]
    assert ended[CAROL].asked_again == 1, "it was killed while asking"
    assert ended[DAVE].unconfirmed == 1, "it was killed while sending"
    assert len(deployment.outbox.sent()) == 5 + 3


def test_whoever_is_known_to_a_folder_stays_known(deployment: Deployment) -> None:
    drain(deployment)
    sent = deployment.outbox.position()
    assert says(deployment, sms_event(QUESTION, "a1", ANA)).outcome == "turn"
    assert deployment.outbox.position() == sent, "a message of before, delivered again"
    says(deployment, written(deployment, QUESTION, "s2", STOPPED))
    assert deployment.outbox.position() == sent, "opted out"
    says(deployment, written(deployment, "START", "s3", STOPPED))
    says(deployment, written(deployment, QUESTION, "s4", STOPPED))
    assert deployment.outbox.position() == sent + 2
    again = notification(outbox_email.message_event(QUESTION, "e2", outbox_email.OUR_ADDRESS, EVA, LATER), LATER)
    says(deployment, again)
    assert deployment.outbox.sent()[-1].destination == EVA


def test_a_mail_that_a_folder_holds_is_released(deployment: Deployment) -> None:
    (held,) = deployment.store.quarantine.held()
    assert deployment.hub.release(held).outcome == "turn"
    drain(deployment)
    assert deployment.store.quarantine.held() == []
    assert [each.their_address for each in deployment.store.conversations.conversations()].count(MALLORY) == 1


def test_every_question_can_be_asked_of_a_folder(data: Path, deployment: Deployment) -> None:
    drain(deployment)
    deployment.lake.flush()
    engine = deployment.engine()
    counts = {
        name: engine.query(f"SELECT count(*) AS n FROM {name}").rows[0][0]  # noqa: S608 - names of tables
        for name in ("conversations", "events", "rejected")
    }
    assert counts == {"conversations": 2 * 8, "events": 18 + 3 + 3 + 2 + 2 + 4, "rejected": 1}
    said = engine.query("SELECT message FROM conversations WHERE direction = 'inbound' ORDER BY 1").rows
    assert [message for (message,) in said] == ["And from when?", "STOP", *[QUESTION] * 6]
    for name, entry in Catalogue.shipped().entries.items():
        needed = {each.name: EVA for each in entry.parameters if each.default is None}
        assert tuple(column.name for column in engine.query(name, needed).columns) == tuple(entry.columns)
    deployment.lake.seal()
    assert engine.query("SELECT count(*) FROM events").rows[0][0] == counts["events"]
    assert not list((data / "lake/.open").rglob("*.parquet"))


@pytest.mark.parametrize("person", [ANA, EVA, CAROL, DAVE, ERIN, MALLORY])
def test_a_person_can_be_erased_from_a_folder(data: Path, person: str) -> None:
    deployment = Deployment(data, Settings(), clock=Clock(LATER))
    assert erasing.erase(deployment, person, data / "mail").rows()
    deployment.close()
    left = [path for path in data.rglob("*") if path.is_file() for text in contents_of(path) if has(text, person[1:])]
    assert left == []


def test_an_older_folder_becomes_what_a_new_one_is(data: Path, deployment: Deployment, tmp_path: Path) -> None:
    new = Deployment(tmp_path / "new", Settings())
    new.documents.list()
    deployment.documents.list()  # brought up to date when it is first opened
    for name in ("parley.sqlite3", "documents.sqlite3"):
        assert shape(data / name) == shape(tmp_path / "new" / name)
    new.close()


def shape(path: Path) -> dict[str, object]:
    """The form, the tables with their columns, and the indexes of a database."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name, type FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        columns = {
            name: connection.execute(f"PRAGMA {'table_xinfo' if kind == 'table' else 'index_xinfo'}({name})").fetchall()
            for name, kind in names
        }
        return {**columns, "form": connection.execute("PRAGMA user_version").fetchone()}


@pytest.mark.parametrize("name", ["parley.sqlite3", "documents.sqlite3"])
def test_a_folder_of_a_newer_program_is_refused_and_left_as_it_is(data: Path, name: str) -> None:
    with closing(sqlite3.connect(data / name)) as connection:
        connection.execute("PRAGMA user_version = 9080701")
    before = (data / name).read_bytes()
    result = run(data, "doctor")
    assert result.exit_code == 1
    told = f"{result.stderr}{result.exception}"
    assert name in told
    assert "newer version of Parley" in told
    assert (data / name).read_bytes() == before


def test_the_refusal_says_which_program_is_needed(data: Path) -> None:
    with closing(sqlite3.connect(data / "parley.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 9080701")
    with pytest.raises(NewerDataError, match=r"Use Parley 9\.8\.7 or newer"):
        Deployment(data, Settings())


# ── a table ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Table:
    """The items of a commit in a table, and a hub of today over them."""

    def __init__(self, client: Any, commit: Path, folder: Path) -> None:
        self.client = client
        self.clock = Clock(LATER)
        client.create_table(**table("parley"))
        for item in items_of(commit):
            client.put_item(TableName="parley", Item=item)
        rebuild_folder(commit, folder)
        self.here = Deployment(folder, Settings(), clock=self.clock)  # for its channels, outbox and documents
        self.sent_before = self.here.outbox.position()
        self.store = DynamoStore(client, "parley", self.clock)
        self.queue = Waking()
        self.hub = Hub(
            channels=self.here.hub.channels,
            answerers=(DocumentsAnswerer(self.here.documents),),
            store=self.store,
            wake_ups=self.queue,
            keys=Keys(bytes.fromhex(SECRET)),
            settings=Settings(),
            clock=self.clock,
        )

    def drain(self) -> None:
        while self.queue.keys:
            self.hub.converse(self.queue.keys.pop(0))

    def says(self, event: bytes) -> None:
        for delivered in opened(event, self.clock()):
            self.hub.receive(delivered)
        self.drain()

    def sent(self) -> list[str]:
        """To whom, since the beginning."""
        return [each.destination for each in self.here.outbox.sent(self.sent_before)]

    def items(self, kind: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.scan(TableName="parley")["Items"]
        return [item for item in found if item["sk"]["S"].startswith(kind)]

    def turns(self) -> dict[str, list[Turn]]:
        heads = [unpacked(item, Conversation) for item in self.items("conversation#")]
        return {head.their_address: self.store.conversations.turns(head.key) for head in heads}


@pytest.fixture
def kept(commit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        made = Table(boto3.client("dynamodb"), commit, tmp_path)
        yield made
        made.here.close()


def test_everything_in_a_table_can_be_read(kept: Table) -> None:
    turns = kept.turns()
    assert {who: told(turns[who]) for who in TURNS} == TURNS
    assert (turns[CAROL], turns[DAVE]) == ([], [])
    (waiting,) = kept.items("waiting#")
    assert unpacked(waiting, InboundMessage).their_address == ERIN
    assert kept.store.conversations.load(waiting["conversation_key"]["S"]).waiting == (
        unpacked(waiting, InboundMessage),
    )
    assert [held.their_address for held in kept.store.quarantine.held()] == [MALLORY]
    assert unpacked(kept.items("email#")[0], Held) == kept.store.quarantine.held()[0]


def test_the_sweeper_carries_the_turns_of_a_table_on(kept: Table) -> None:
    assert kept.hub.sweep() == 3
    kept.drain()
    assert sorted(each.lstrip("+") for each in kept.sent()) == sorted(each.lstrip("+") for each in (CAROL, DAVE, ERIN))
    turns = kept.turns()
    assert all(turns[who][-1].parts[0].body.startswith(ANSWER) for who in (CAROL, DAVE, ERIN))
    assert (turns[CAROL][-1].asked_again, turns[DAVE][-1].unconfirmed) == (1, 1)
    assert kept.hub.sweep() == 0


def test_whoever_is_known_to_a_table_stays_known(kept: Table) -> None:
    kept.says(sms_event(QUESTION, "a1", ANA))
    kept.says(written(kept.here, QUESTION, "s2", STOPPED))
    assert kept.sent() == [], "delivered before; opted out"
    kept.says(written(kept.here, "START", "s3", STOPPED))
    kept.says(written(kept.here, QUESTION, "s4", STOPPED))
    assert len(kept.sent()) == 2


def test_a_mail_that_a_table_holds_is_released(kept: Table) -> None:
    (held,) = kept.store.quarantine.held()
    assert kept.hub.release(held).outcome == "turn"
    kept.drain()
    assert kept.sent() == [MALLORY]
    assert kept.store.quarantine.held() == []


@pytest.mark.parametrize("person", [ANA, EVA, CAROL, ERIN, MALLORY])
def test_a_person_can_be_erased_from_a_table(kept: Table, person: str) -> None:
    assert deployed.erase(person, [], "parley").rows()
    assert [item for item in kept.items() if person[1:] in repr(item) or person[1:].encode() in body_of(item)] == []


def body_of(item: dict[str, Any]) -> bytes:
    return zlib.decompress(bytes(item["body"]["B"])) if "body" in item else b""


def test_an_item_of_a_newer_program_is_refused_and_left_as_it_is(kept: Table) -> None:
    (newer,) = [each for each in kept.items("conversation#") if unpacked(each, Conversation).their_address == CAROL]
    kept.client.put_item(TableName="parley", Item={**newer, "form": {"N": "20001"}})
    key = newer["conversation_key"]["S"]
    with pytest.raises(NewerDataError, match=r"Parley 0\.2\.0"):
        kept.hub.converse(key)
    kept.says(sms_event(QUESTION, "c2", ERIN))
    assert ERIN in kept.sent(), "everybody else is answered"
    assert [each for each in kept.items("conversation#") if each["conversation_key"]["S"] == key] == [
        {**newer, "form": {"N": "20001"}}
    ]


def test_an_item_tells_its_form_once_there_is_a_second_one() -> None:
    assert "form" not in packed("a value", 0)
    assert packed("a value", 20001)["form"] == {"N": "20001"}
    assert unpacked({**packed("a value", FORM)}, str) == "a value"
