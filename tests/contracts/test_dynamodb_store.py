"""The deployment's store keeps the contract, on moto."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest
from moto import mock_aws

from orchestrator.model import Record
from orchestrator.stores.dynamodb.items import MOST_WAITING, MOST_WAITING_BYTES, table
from orchestrator.stores.dynamodb.store import DynamoStore
from orchestrator.stores.ports import Store
from tests.contracts.sends import SendsContract
from tests.contracts.store import KEY, StoreContract, conversation, message, turn_of
from tests.kit import NOON, Clock


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(**table("parley"))
        yield client


class TestDynamoStore(StoreContract, SendsContract):
    @pytest.fixture
    def store(self, client: Any, clock: Clock) -> Store:
        return DynamoStore(client, "parley", clock)

    def records(self, store: Store) -> list[bytes]:
        assert isinstance(store, DynamoStore)
        items: list[dict[str, Any]] = store.journal._table._client.scan(TableName="parley")["Items"]  # type: ignore[attr-defined]
        return sorted(item["record"]["S"].encode() for item in items if "record" in item)


def store_of(client: Any) -> DynamoStore:
    return DynamoStore(client, "parley", Clock())


def test_what_a_worker_reads_before_it_writes_is_read_consistently(client: Any) -> None:
    """moto is always up to date, DynamoDB only when asked: an older state would be answered again, or not at all."""
    asked: list[dict[str, Any]] = []
    client.meta.events.register("before-parameter-build.dynamodb.Query", lambda params, **_: asked.append(params))
    store_of(client).conversations.load(KEY)
    assert [each.get("ConsistentRead") for each in asked] == [True]


def test_no_item_comes_near_the_limit_whatever_people_write(client: Any) -> None:
    store = store_of(client)
    for number in range(MOST_WAITING + 5):
        store.conversations.commit(KEY, KEY, message(number, number, "🦜" * 20_000), [])
    waiting = store.conversations.load(KEY).waiting
    assert 1 <= len(waiting) <= MOST_WAITING
    assert sum(len(msgspec.json.encode(each)) for each in waiting) <= MOST_WAITING_BYTES
    store.conversations.save(msgspec.structs.replace(conversation(), turn=turn_of(*waiting)), taken=waiting)
    items = client.scan(TableName="parley")["Items"]
    assert max(len(json.dumps(item, default=lambda value: value.hex())) for item in items) < 400_000


def test_more_short_messages_than_one_turn_holds_wait_for_the_next(client: Any) -> None:
    store = store_of(client)
    for number in range(MOST_WAITING + 5):
        store.conversations.commit(KEY, KEY, message(number, number), [])
    first = store.conversations.load(KEY).waiting
    assert len(first) == MOST_WAITING
    store.conversations.save(msgspec.structs.replace(conversation(), turn=turn_of(*first)), taken=first)
    assert len(store.conversations.load(KEY).waiting) == 5


def test_an_item_past_its_time_is_gone_though_dynamodb_has_not_deleted_it(client: Any) -> None:
    clock = Clock()
    store = DynamoStore(client, "parley", clock)
    store.conversations.save(conversation())
    clock.advance(days=31)
    assert store.conversations.load(KEY).conversation is None
    assert store.conversations.save(conversation()).version == 1, "and a new conversation may take its place"


def test_turns_are_kept_in_order(client: Any) -> None:
    store = store_of(client)
    first = msgspec.structs.replace(turn_of(message(1)), finished_at=NOON)
    second = msgspec.structs.replace(turn_of(message(2)), turn_id="1" * 32, finished_at=NOON.replace(hour=13))
    saved = store.conversations.save(conversation(), finished=second)
    store.conversations.save(saved, finished=first)
    assert store.conversations.turns(KEY) == [first, second]


def test_records_say_to_which_stream_they_go(client: Any) -> None:
    store_of(client).journal.record([Record("conversations", b"a turn"), Record("events", b"a change of consent")])
    items = [item for item in client.scan(TableName="parley")["Items"] if "record" in item]
    assert {item["record"]["S"]: item["stream"]["S"] for item in items} == {
        "a turn": "conversations",
        "a change of consent": "events",
    }
