"""What every store must do. A store's test class inherits this and provides `store` and `clock`."""

import threading
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from orchestrator.errors import SupersededError
from orchestrator.keys import epoch_hour
from orchestrator.model import (
    Answer,
    ContactChange,
    Conversation,
    Held,
    InboundMessage,
    Part,
    Quota,
    Record,
    Spent,
    Turn,
)
from orchestrator.stores.ports import Committed, Store
from tests.kit import NOON, OURS, THEIRS, Clock

KEY = "sms-" + "a" * 32


def message(number: int, later_s: float = 0, text: str = "hello") -> InboundMessage:
    return InboundMessage("sms", f"m{number}", OURS, THEIRS, text, NOON + timedelta(seconds=later_s))


def record(body: bytes) -> Record:
    return Record("events", body)


def conversation() -> Conversation:
    return Conversation(KEY, KEY, "sms", OURS, THEIRS)


def turn_of(*messages: InboundMessage) -> Turn:
    return Turn(turn_id="0" * 32, conversation_id=f"{KEY}-0", messages=messages, opened_at=NOON)


class StoreContract(ABC):
    """The tests; `clock` is the store's own."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    @abstractmethod
    def store(self) -> Store: ...

    @abstractmethod
    def records(self, store: Store) -> list[bytes]:
        """What the store has handed on for the lake, in order."""

    def test_a_message_is_kept_once_with_its_records(self, store: Store) -> None:
        assert store.conversations.commit(KEY, KEY, message(1), [record(b"r1")]) is Committed.NEW
        assert store.conversations.commit(KEY, KEY, message(1), [record(b"r1")]) is Committed.WAITING
        assert store.conversations.load(KEY).waiting == (message(1),)
        assert self.records(store) == [b"r1"]

    def test_a_message_in_a_turn_is_taken(self, store: Store) -> None:
        store.conversations.commit(KEY, KEY, message(1), [])
        store.conversations.save(msgspec.structs.replace(conversation(), turn=turn_of(message(1))), taken=[message(1)])
        assert store.conversations.load(KEY).waiting == ()
        assert store.conversations.commit(KEY, KEY, message(1), []) is Committed.TAKEN

    def test_the_same_id_on_another_channel_is_another_message(self, store: Store) -> None:
        store.conversations.commit(KEY, KEY, message(1), [])
        other = msgspec.structs.replace(message(1), channel="email")
        assert store.conversations.commit("email-" + "b" * 32, "email-" + "b" * 32, other, []) is Committed.NEW

    def test_messages_wait_in_the_providers_order(self, store: Store) -> None:
        for each in (message(3, 30), message(1, 10), message(2, 20)):
            store.conversations.commit(KEY, KEY, each, [])
        assert [each.message_id for each in store.conversations.load(KEY).waiting] == ["m1", "m2", "m3"]

    def test_an_unknown_conversation_is_empty(self, store: Store) -> None:
        snapshot = store.conversations.load(KEY)
        assert snapshot.conversation is None
        assert snapshot.waiting == ()
        assert (snapshot.contact.key, snapshot.contact.consent, snapshot.contact.turns_today) == (KEY, None, 0)

    def test_what_is_saved_is_loaded_again_whole(self, store: Store) -> None:
        turn = msgspec.structs.replace(
            turn_of(message(1)),
            state="answered",
            answer=Answer("¿Qué? 😀 \u0000 'quoted'", source="stub", state={"session": "s"}),
            parts=(Part("body", detail={"encoding": "GSM"}, state="sending"),),
            claimed_until=NOON + timedelta(microseconds=1),
        )
        written = store.conversations.save(msgspec.structs.replace(conversation(), turn=turn, language="es"))
        assert written.version == 1
        assert store.conversations.load(KEY).conversation == written

    def test_a_write_on_an_old_version_changes_nothing(self, store: Store) -> None:
        store.conversations.commit(KEY, KEY, message(1), [])
        first = store.conversations.save(conversation())
        store.conversations.save(first)
        with pytest.raises(SupersededError):
            store.conversations.save(
                msgspec.structs.replace(first, generation=7),
                taken=[message(1)],
                change=ContactChange(at=NOON, turns=1),
                finished=turn_of(message(1)),
                records=[record(b"never")],
            )
        snapshot = store.conversations.load(KEY)
        assert snapshot.conversation is not None
        assert snapshot.conversation.generation == 0
        assert snapshot.waiting == (message(1),)
        assert snapshot.contact.turns_today == 0
        assert self.records(store) == []

    def test_of_workers_that_write_at_once_one_wins(self, store: Store) -> None:
        outcomes: list[str] = []

        def write() -> None:
            try:
                store.conversations.save(conversation())
                outcomes.append("won")
            except SupersededError:
                outcomes.append("superseded")

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["superseded"] * 7 + ["won"]

    def test_contact_counters_add_up_and_start_again_each_hour_and_day(self, store: Store, clock: Clock) -> None:
        saved = store.conversations.save(conversation(), change=ContactChange(at=NOON, turns=1, tokens=10))
        saved = store.conversations.save(saved, change=ContactChange(at=NOON, turns=1, tokens=5, notified=True))
        contact = store.conversations.load(KEY).contact
        assert (contact.turns_this_hour, contact.turns_today, contact.tokens_today) == (2, 2, 15)
        assert contact.notified_hour == int(NOON.timestamp()) // 3600
        clock.advance(hours=1)
        saved = store.conversations.save(saved, change=ContactChange(at=clock.now, turns=1))
        contact = store.conversations.load(KEY).contact
        assert (contact.turns_this_hour, contact.turns_today, contact.tokens_today) == (1, 3, 15)
        clock.advance(days=1)
        store.conversations.save(saved, change=ContactChange(at=clock.now, turns=1))
        contact = store.conversations.load(KEY).contact
        assert (contact.turns_this_hour, contact.turns_today, contact.tokens_today) == (1, 1, 0)

    def test_consent_stays_until_it_is_changed(self, store: Store) -> None:
        saved = store.conversations.save(conversation(), change=ContactChange(at=NOON, consent="opted_out"))
        saved = store.conversations.save(saved, change=ContactChange(at=NOON, turns=1))
        assert store.conversations.load(KEY).contact.consent == "opted_out"
        store.conversations.save(saved, change=ContactChange(at=NOON, consent="opted_in"))
        assert store.conversations.load(KEY).contact.consent == "opted_in"

    @pytest.mark.parametrize("word", ["stop", "start"])
    def test_a_question_about_consent_is_open_once_until_it_ends_or_is_settled(self, store: Store, word: Any) -> None:
        hour = epoch_hour(NOON)
        asking = ContactChange(at=NOON, turns=1, asks=word, asked_until=hour + 2)
        saved = store.conversations.save(conversation(), change=asking)
        contact = store.conversations.load(KEY).contact
        assert {"stop": contact.asked_stop, "start": contact.asked_start} == {"stop": 0, "start": 0, word: hour + 2}
        with pytest.raises(SupersededError):
            store.conversations.save(saved, change=asking, records=[record(b"never")])
        assert store.conversations.load(KEY).contact.turns_today == 1
        assert self.records(store) == []
        later = NOON + timedelta(hours=2)
        saved = store.conversations.save(saved, change=msgspec.structs.replace(asking, at=later, asked_until=hour + 9))
        saved = store.conversations.save(saved, change=ContactChange(at=later, consent="opted_out", settled=True))
        contact = store.conversations.load(KEY).contact
        assert (contact.consent, contact.asked_stop, contact.asked_start) == ("opted_out", 0, 0)
        store.conversations.save(saved, change=msgspec.structs.replace(asking, at=later, asked_until=hour + 9))

    def test_a_quota_is_taken_whole_or_not_with_its_step_and_can_be_given_back(self, store: Store) -> None:
        quotas = [Quota("unproven", NOON, 2), Quota("unproven-default", NOON, 5)]
        saved = store.conversations.save(conversation(), quotas=quotas)
        saved = store.conversations.save(saved, quotas=quotas)
        with pytest.raises(SupersededError):
            store.conversations.save(saved, quotas=quotas, records=[record(b"never")])
        assert self.records(store) == []
        assert store.conversations.load(KEY).conversation == saved
        for quota in quotas:
            saved = store.conversations.save(saved, quotas=[msgspec.structs.replace(quota, turns=-1)])
        saved = store.conversations.save(saved, quotas=quotas)
        with pytest.raises(SupersededError):
            store.conversations.save(saved, quotas=quotas)
        next_hour = [msgspec.structs.replace(quota, at=NOON + timedelta(hours=1)) for quota in quotas]
        store.conversations.save(saved, quotas=next_hour)

    def test_new_threads_are_counted_by_the_hour(self, store: Store, clock: Clock) -> None:
        saved = store.conversations.save(conversation(), change=ContactChange(at=NOON, turns=1, threads=1))
        saved = store.conversations.save(saved, change=ContactChange(at=NOON, turns=1))
        assert store.conversations.load(KEY).contact.threads_this_hour == 1
        clock.advance(hours=1)
        store.conversations.save(saved, change=ContactChange(at=clock.now, turns=1, threads=1))
        assert store.conversations.load(KEY).contact.threads_this_hour == 1

    def test_a_change_without_a_step_is_kept_with_its_records(self, store: Store) -> None:
        store.contacts.change(KEY, ContactChange(at=NOON, consent="opted_in"), [record(b"1")])
        assert store.conversations.load(KEY).contact.consent == "opted_in"
        assert self.records(store) == [b"1"]

    def test_consent_belongs_to_the_person_whatever_the_thread(self, store: Store) -> None:
        contact_key = "email-" + "c" * 16
        for thread in (contact_key + "1" * 16, contact_key + "2" * 16):
            head = msgspec.structs.replace(conversation(), key=thread, contact_key=contact_key)
            store.conversations.save(head, change=ContactChange(at=NOON, turns=1))
        assert store.conversations.load(contact_key + "1" * 16).contact.turns_today == 2

    def test_what_was_sent_in_a_thread_leads_back_to_it_for_its_person_alone(self, store: Store) -> None:
        sent = msgspec.structs.replace(turn_of(), parts=(Part("body", state="sent", message_id="ses-1"), Part("next")))
        head = msgspec.structs.replace(conversation(), contact_key="email-c", thread="t@person.example")
        assert store.conversations.thread_of("email-c", "ses-1") is None
        going_on = store.conversations.save(msgspec.structs.replace(head, turn=sent))
        assert store.conversations.thread_of("email-c", "ses-1") == "t@person.example"
        store.conversations.save(
            msgspec.structs.replace(going_on, turn=None), finished=msgspec.structs.replace(sent, finished_at=NOON)
        )
        assert store.conversations.thread_of("email-c", "ses-1") == "t@person.example"
        assert store.conversations.thread_of("email-d", "ses-1") is None

    def test_what_was_not_sent_leads_nowhere(self, store: Store) -> None:
        sent = msgspec.structs.replace(turn_of(), parts=(Part("body", state="sent", message_id="ses-1"),))
        head = msgspec.structs.replace(conversation(), thread="t@person.example", turn=sent)
        with pytest.raises(SupersededError):
            store.conversations.save(msgspec.structs.replace(head, version=7))
        store.conversations.save(msgspec.structs.replace(head, thread="", turn=sent))
        assert store.conversations.thread_of(KEY, "ses-1") is None

    def test_an_unfinished_turn_is_due_at_its_time(self, store: Store) -> None:
        saved = store.conversations.save(
            msgspec.structs.replace(conversation(), turn=turn_of()), due_at=NOON + timedelta(minutes=2)
        )
        assert list(store.conversations.due(NOON + timedelta(minutes=1), 10)) == []
        assert list(store.conversations.due(NOON + timedelta(minutes=2), 10)) == [KEY]
        store.conversations.save(msgspec.structs.replace(saved, turn=None))
        assert list(store.conversations.due(NOON + timedelta(days=1), 10)) == []

    def test_a_message_that_waits_too_long_is_due(self, store: Store) -> None:
        store.conversations.commit(KEY, KEY, message(1), [])
        assert list(store.conversations.due(NOON + timedelta(seconds=30), 10)) == []
        assert list(store.conversations.due(NOON + timedelta(seconds=61), 10)) == [KEY]

    def test_a_held_message_is_kept_once_until_it_is_let_go(self, store: Store) -> None:
        held = Held("email", "m1", "a@example.org", "b@example.org", "spam", NOON, b"\x00whole\xff")
        store.quarantine.hold(held)
        store.quarantine.hold(msgspec.structs.replace(held, reason="spam again"))
        assert list(store.quarantine.held()) == [held]
        store.quarantine.let_go(held)
        assert list(store.quarantine.held()) == []

    def test_records_keep_their_order(self, store: Store) -> None:
        store.journal.record([record(b"1"), record(b"2")])
        store.conversations.save(conversation(), records=[record(b"3")])
        assert self.records(store) == [b"1", b"2", b"3"]

    def test_the_tokens_of_everybody_are_counted_by_the_hour_and_the_day(self, store: Store, clock: Clock) -> None:
        for number, contact in enumerate(["sms-" + "b" * 32, "sms-" + "c" * 32, "sms-" + "b" * 32]):
            store.contacts.change(contact, ContactChange(at=clock(), turns=1, tokens=10**number), [])
        assert store.contacts.spent_by_all(clock()) == Spent(111, 111)
        clock.advance(hours=1)
        store.contacts.change(KEY, ContactChange(at=clock(), tokens=5), [])
        store.contacts.change(KEY, ContactChange(at=clock(), turns=1), [])
        assert store.contacts.spent_by_all(clock()) == Spent(5, 116)
        clock.advance(hours=11)  # midnight
        assert store.contacts.spent_by_all(clock()) == Spent(0, 0)

    def test_a_step_that_is_not_written_spends_nothing(self, store: Store, clock: Clock) -> None:
        store.conversations.save(conversation(), change=ContactChange(at=clock(), tokens=7))
        with pytest.raises(SupersededError):
            store.conversations.save(conversation(), change=ContactChange(at=clock(), tokens=7))
        assert store.contacts.spent_by_all(clock()) == Spent(7, 7)
