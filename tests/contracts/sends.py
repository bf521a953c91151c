"""What every store must do with sends. A store's test class inherits this and provides `store` and `clock`."""

from abc import ABC, abstractmethod
from datetime import timedelta

import msgspec
import pytest

from orchestrator.errors import RefusedError, SupersededError
from orchestrator.model import Record
from orchestrator.sends import Told
from orchestrator.stores.ports import Idempotency, Store, moment, place
from tests.kit import NOON, Clock
from tests.sending import SEND, a_send

OTHER = "f" * 32
KEY = Idempotency("default/shop/order-1", "digest", NOON + timedelta(hours=24))


class SendsContract(ABC):
    """The tests; `clock` is the store's own."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> Store: ...

    @abstractmethod
    def records(self, store: Store) -> list[bytes]: ...

    def test_a_send_is_kept_with_its_records_and_loaded_again_whole(self, store: Store) -> None:
        send = a_send("sms", "email", campaign="spring", tags={"order": "1"})
        assert store.sends.accept(send, ["to/ana"], None, [Record("events", b"r1")]) is None
        assert store.sends.load(SEND) == send
        assert store.sends.load(OTHER) is None
        assert self.records(store) == [b"r1"]

    def test_a_step_is_written_once(self, store: Store) -> None:
        store.sends.accept(a_send("sms"), [], None, [])
        read = store.sends.load(SEND)
        assert read is not None
        written = store.sends.save(msgspec.structs.replace(read, reason="first"), records=[Record("events", b"r2")])
        assert written.version == read.version + 1
        with pytest.raises(SupersededError):
            store.sends.save(msgspec.structs.replace(read, reason="second"), records=[Record("events", b"lost")])
        assert store.sends.load(SEND) == written
        assert self.records(store) == [b"r2"]

    def test_the_same_request_is_kept_once_for_a_day(self, store: Store, clock: Clock) -> None:
        store.sends.accept(a_send("sms"), ["to/ana"], KEY, [])
        assert store.sends.accept(a_send("sms", send_id=OTHER), ["to/ana"], KEY, [Record("events", b"no")]) == SEND
        assert store.sends.load(OTHER) is None
        assert self.records(store) == []
        clock.advance(hours=24, seconds=1)
        again = msgspec.structs.replace(KEY, until=clock.now + timedelta(hours=24))
        assert store.sends.accept(a_send("sms", send_id=OTHER), [], again, []) is None
        assert store.sends.load(OTHER) is not None
        assert store.sends.known(KEY.key) == OTHER

    def test_a_key_is_known_as_long_as_it_lasts(self, store: Store, clock: Clock) -> None:
        assert store.sends.known(KEY.key) is None
        store.sends.accept(a_send("sms"), [], KEY, [])
        assert store.sends.known(KEY.key) == SEND
        clock.advance(hours=24, seconds=1)
        assert store.sends.known(KEY.key) is None

    def test_another_request_with_the_same_key_is_refused(self, store: Store) -> None:
        store.sends.accept(a_send("sms"), [], KEY, [])
        other = msgspec.structs.replace(KEY, digest="another")
        with pytest.raises(RefusedError, match="idempotency_key"):
            store.sends.accept(a_send("sms", send_id=OTHER), [], other, [])
        assert store.sends.load(OTHER) is None

    def test_of_what_is_told_the_furthest_stays_whatever_the_order(self, store: Store) -> None:
        store.sends.accept(a_send("sms"), [], None, [])
        delivered, sent = Told(1, "m1", "delivered", NOON), Told(1, "m1", "sent", NOON)
        assert store.sends.tell(SEND, delivered)
        assert store.sends.tell(SEND, delivered)
        assert not store.sends.tell(SEND, sent)
        failed = Told(1, "m1", "failed", NOON, "bounced")
        assert store.sends.tell(SEND, failed)
        assert not store.sends.tell(SEND, Told(1, "m1", "read", NOON))
        assert store.sends.tell(SEND, Told(1, "m2", "accepted", NOON))
        found = store.sends.load(SEND)
        assert found is not None
        assert found.steps[0].told == (failed, Told(1, "m2", "accepted", NOON))
        assert (found.steps[0].status, found.steps[0].reason) == ("failed", "bounced")

    def test_what_is_told_costs_no_worker_its_write(self, store: Store) -> None:
        store.sends.accept(a_send("sms"), [], None, [])
        read = store.sends.load(SEND)
        assert read is not None
        store.sends.tell(SEND, Told(1, "m1", "sent", NOON))
        assert store.sends.cancel(SEND)
        store.sends.save(msgspec.structs.replace(read, reason="kept"))
        found = store.sends.load(SEND)
        assert found is not None
        assert (found.reason, found.canceled, len(found.steps[0].told)) == ("kept", True, 1)

    def test_what_is_told_before_the_send_is_known_is_there_when_it_is(self, store: Store) -> None:
        assert store.sends.tell(SEND, Told(1, "m1", "failed", NOON, "blocked"))
        assert store.sends.load(SEND) is None
        store.sends.accept(a_send("sms"), [], None, [])
        found = store.sends.load(SEND)
        assert found is not None
        assert found.steps[0].status == "failed"

    def test_a_send_that_is_not_known_cannot_be_canceled(self, store: Store) -> None:
        assert not store.sends.cancel(SEND)

    def test_a_send_is_due_from_when_it_is_kept_until_it_is_over(self, store: Store) -> None:
        store.sends.accept(a_send("sms"), [], None, [])
        assert list(store.sends.due(NOON, 10)) == [SEND]
        read = store.sends.load(SEND)
        assert read is not None
        waiting = store.sends.save(read, due_at=NOON + timedelta(hours=1))
        assert list(store.sends.due(NOON + timedelta(minutes=59), 10)) == []
        assert list(store.sends.due(NOON + timedelta(hours=1), 10)) == [SEND]
        assert list(store.conversations.due(NOON + timedelta(days=1), 10)) == []
        store.sends.save(waiting)
        assert list(store.sends.due(NOON + timedelta(days=1), 10)) == []

    def test_sends_are_found_by_their_names_the_latest_first(self, store: Store) -> None:
        ids = [f"{number:032x}" for number in range(4)]
        for number, send_id in enumerate(ids):
            created_at = NOON + timedelta(minutes=number)
            store.sends.accept(
                msgspec.structs.replace(a_send("sms", send_id=send_id), created_at=created_at),
                ["to/ana", *(["campaign/odd"] if number % 2 else [])],
                None,
                [],
            )
        assert [each.send_id for each in store.sends.named("to/ana", limit=3)] == ids[:0:-1]
        assert [each.send_id for each in store.sends.named("campaign/odd", limit=10)] == [ids[3], ids[1]]
        before = moment(NOON + timedelta(minutes=1))
        assert [each.send_id for each in store.sends.named("to/ana", limit=3, before=before)] == [ids[0]]
        last = store.sends.named("to/ana", limit=2)[-1]
        assert [each.send_id for each in store.sends.named("to/ana", limit=9, before=place(last))] == [ids[1], ids[0]]
        assert list(store.sends.named("to/bob", limit=3)) == []
