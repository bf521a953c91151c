"""A turn, step by step."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ReadTimeoutError

from orchestrator.errors import RefusedError, UpstreamError
from orchestrator.model import MAX_TEXT, Answer, Pass, Question
from orchestrator.settings import Settings
from tests.kit import NOON, OURS, THEIRS, Line, Machine, SmsLine, StubAnswerer, chosen, sms_event, sms_refusal
from tests.lines import WhatsAppLine
from tests.unit.email_kit import EmailLine
from transformer.pipeline import transform


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def stub_of(machine: Machine) -> StubAnswerer:
    (stub,) = machine.answerers
    assert isinstance(stub, StubAnswerer)
    return stub


def test_a_message_is_answered_on_the_same_channel(machine: Machine) -> None:
    machine.deliver(sms_event("When do you open?"))
    machine.drain()
    (request,) = machine.provider.sent
    assert request["DestinationPhoneNumber"] == THEIRS
    assert request["OriginationIdentity"] == OURS
    assert request["MessageBody"] == "You said: When do you open?"


def test_every_send_carries_its_turn(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.drain()
    (request,) = machine.provider.sent
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert request["Context"]["turn_id"] == turn.turn_id
    assert turn.parts[0].message_id == "sent-1"


def test_a_conversation_id_is_a_legal_session_id_and_carries_no_number(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.drain()
    (question,) = stub_of(machine).asked
    assert 33 <= len(question.conversation_id) <= 100
    assert set(question.conversation_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert THEIRS.lstrip("+") not in question.conversation_id


def test_messages_waiting_together_become_one_turn_in_the_providers_order(machine: Machine) -> None:
    machine.deliver(sms_event("second", "m2", at=NOON + timedelta(seconds=2)))
    machine.deliver(sms_event("first", "m1", at=NOON + timedelta(seconds=1)))
    machine.drain()
    (question,) = stub_of(machine).asked
    assert question.text == "first\nsecond"


def test_a_wake_up_that_finds_nothing_succeeds(machine: Machine) -> None:
    machine.deliver(sms_event("one", "m1"))
    machine.deliver(sms_event("two", "m2"))
    assert machine.drain() == 2
    assert len(machine.provider.sent) == 1
    assert machine.queue.waiting() == machine.queue.dead() == 0


def test_a_message_older_than_an_answered_one_gets_the_next_turn(machine: Machine) -> None:
    machine.deliver(sms_event("later", "m2", at=NOON))
    machine.drain()
    machine.deliver(sms_event("earlier", "m1", at=NOON - timedelta(minutes=1)))
    machine.drain()
    assert machine.provider.bodies == ["You said: later", "You said: earlier"]


def test_an_answerer_sees_the_conversation_so_far(machine: Machine) -> None:
    for number, text in enumerate(("one", "two")):
        machine.deliver(sms_event(text, f"m{number}"))
        machine.drain()
    first, second = stub_of(machine).asked
    assert first.history == ()
    assert [exchange.question for exchange in second.history] == ["one"]
    assert second.conversation_id == first.conversation_id


def test_context_expires_and_the_record_stays(machine: Machine) -> None:
    machine.deliver(sms_event("one", "m1"))
    machine.drain()
    machine.clock.advance(seconds=machine.settings.turns.context_ttl_s + 1)
    machine.deliver(sms_event("two", "m2"))
    machine.drain()
    first, second = stub_of(machine).asked
    assert second.history == ()
    assert second.conversation_id != first.conversation_id
    assert [turn.text for turn in machine.store.conversations.turns(first.conversation_id)] == ["one"]
    key = first.conversation_id.rpartition("-")[0]
    assert [turn.text for turn in machine.store.conversations.turns(key)] == ["one", "two"]


def test_settling_makes_a_burst_one_turn(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=chosen(settle_s=5))
    machine.deliver(sms_event("hi", "m1", at=machine.clock.now))
    machine.drain()
    machine.clock.advance(seconds=2)
    machine.deliver(sms_event("are you open?", "m2", at=machine.clock.now))
    machine.drain()
    assert machine.provider.sent == []
    machine.clock.advance(seconds=6)
    machine.drain()
    assert machine.provider.bodies == ["You said: hi\nare you open?"]


def test_a_burst_settles_from_its_last_message(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=chosen(settle_s=5))
    machine.deliver(sms_event("hi", "m1", at=machine.clock.now))
    machine.clock.advance(seconds=4)
    machine.deliver(sms_event("are you open?", "m2", at=machine.clock.now))
    machine.clock.advance(seconds=3)
    machine.drain()
    assert machine.provider.sent == [], "seven seconds after the first, three after the last"
    machine.clock.advance(seconds=2)
    machine.drain()
    assert machine.provider.bodies == ["You said: hi\nare you open?"]


def test_when_every_answerer_passes_the_hand_off_is_sent(tmp_path: Path) -> None:
    machine = Machine(tmp_path, answerers=[StubAnswerer(lambda _: Pass("nothing known"))])
    machine.deliver(sms_event("What is the meaning of life?"))
    machine.drain()
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.answer
    assert turn.answer.source == "handoff"
    assert turn.answer.reason == "stub: nothing known"
    assert "no answer to that" in machine.provider.bodies[0]


def test_answerers_are_asked_in_order_until_one_answers(tmp_path: Path) -> None:
    first, third = StubAnswerer(lambda _: Pass("no")), StubAnswerer()
    second = StubAnswerer(lambda _: Answer("yes", source="second"))
    machine = Machine(tmp_path, answerers=[first, second, third])
    machine.deliver(sms_event("?"))
    machine.drain()
    assert machine.provider.bodies == ["yes"]
    assert len(first.asked) == 1
    assert third.asked == []


def test_a_failing_answerer_is_asked_again_and_then_apologised_for_once(tmp_path: Path) -> None:
    def fail(_: Question) -> Answer:
        raise UpstreamError("timed out")

    stub = StubAnswerer(fail)
    machine = Machine(tmp_path, answerers=[stub])
    machine.deliver(sms_event("hola, tengo una pregunta sobre mi pedido"))
    machine.drain_patiently()
    assert len(stub.asked) == machine.settings.turns.max_receives
    (body,) = machine.provider.bodies
    assert body.startswith("Lo sentimos")
    machine.clock.advance(hours=3)
    machine.hub.sweep()
    machine.drain()
    assert len(machine.provider.sent) == 1


def test_a_throttled_send_is_tried_again_without_asking_again(machine: Machine) -> None:
    machine.provider.failures = [sms_refusal("ThrottlingException")]
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert len(stub_of(machine).asked) == 1
    assert len(machine.provider.sent) == 1
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.unconfirmed == 0


class Unread(SmsLine):
    """Takes every message; of the sends at these numbers, the first being 1, the response is never read."""

    def __init__(self, *numbers: int) -> None:
        super().__init__()
        self.numbers = numbers

    def send_text_message(self, **request: Any) -> dict[str, str]:
        response = super().send_text_message(**request)
        if len(self.sent) in self.numbers:
            raise ReadTimeoutError(endpoint_url="https://sms-voice.example")
        return response


def three_parts(_: Question) -> Answer:
    return Answer(" ".join(["word"] * 700), source="stub")


def test_a_send_whose_response_was_not_read_is_counted_and_sent_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, line=Unread(1))
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert machine.provider.bodies == ["You said: hello"] * 2
    (turn,) = machine.turns()
    assert turn.unconfirmed == 1
    assert [part.state for part in turn.parts] == ["sent"]


def test_a_send_whose_response_was_not_read_is_counted_and_not_sent_again_where_so_chosen(tmp_path: Path) -> None:
    machine = Machine(tmp_path, line=Unread(1), settings=chosen(unconfirmed_part="skip"))
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert machine.provider.bodies == ["You said: hello"]
    (turn,) = machine.turns()
    assert turn.unconfirmed == 1
    assert [part.state for part in turn.parts] == ["skipped"]


@pytest.mark.parametrize(
    ("settings", "states", "sends"),
    [
        (chosen(unconfirmed_part="resend"), ["sent", "sent", "sent"], 5),
        (chosen(unconfirmed_part="skip"), ["skipped", "sent", "skipped"], 3),
    ],
    ids=["resend", "skip"],
)
def test_each_send_whose_response_was_not_read_is_counted(
    tmp_path: Path, settings: Settings, states: list[str], sends: int
) -> None:
    machine = Machine(tmp_path, line=Unread(1, 3), settings=settings, answerers=[StubAnswerer(three_parts)])
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    (turn,) = machine.turns()
    assert turn.unconfirmed == 2
    assert [part.state for part in turn.parts] == states
    assert len(machine.provider.sent) == sends


def test_a_send_refused_because_the_number_opted_out_is_final_and_is_consent(machine: Machine) -> None:
    machine.provider.failures = [sms_refusal("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT")]
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert machine.provider.sent == []
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.parts[0].state == "failed"
    (consent,) = [record for record in machine.records if record.get("parley") == "consent"]
    assert consent["consent"] == "opted_out"
    machine.deliver(sms_event("hello again", "m2"))
    machine.drain()
    assert len(stub_of(machine).asked) == 1


def test_a_send_refused_for_good_ends_the_turn_without_an_apology(machine: Machine) -> None:
    machine.provider.failures = [
        sms_refusal("ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION")
    ]
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert machine.provider.sent == []
    assert machine.store.conversations.counts()["unfinished"] == 0


def test_a_missing_permission_to_send_is_retried_and_given_up_after_a_while(machine: Machine) -> None:
    machine.provider.failures = [sms_refusal("AccessDeniedException") for _ in range(1000)]
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    assert machine.queue.dead() >= 1
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.parts[0].state == "failed"
    assert turn.parts[0].error.startswith("gave up")


def test_a_turn_whose_worker_never_came_back_is_apologised_for_by_the_sweeper(machine: Machine) -> None:
    class Gone(BaseException):
        pass

    def vanish(_: Question) -> Answer:
        raise Gone

    stub_of(machine).reply = vanish
    machine.deliver(sms_event("hello"))
    for _ in range(machine.settings.turns.max_receives + 2):
        with pytest.raises(Gone):
            machine.drain()
        machine.clock.advance(seconds=machine.settings.turns.claim_s + 1)
    machine.clock.advance(hours=2)
    machine.hub.sweep()
    assert [body[:5] for body in machine.provider.bodies] == ["Sorry"]


def test_a_turn_that_one_worker_after_the_other_takes_up_is_given_up_by_its_age(machine: Machine) -> None:
    class Gone(BaseException):
        pass

    def vanish(_: Question) -> Answer:
        raise Gone

    stub_of(machine).reply = vanish
    machine.deliver(sms_event("hello"))
    key = machine.hub._keys.contact_of_addresses("sms", OURS, THEIRS)
    while machine.clock.now - NOON < timedelta(seconds=machine.settings.turns.give_up_s):
        machine.hub.sweep()
        assert machine.provider.sent == []
        with pytest.raises(Gone):
            machine.hub.converse(key)  # which claims the turn anew
        machine.clock.advance(seconds=machine.settings.turns.claim_s + 1)
    machine.hub.sweep()
    assert [body[:5] for body in machine.provider.bodies] == ["Sorry"]


def test_a_message_whose_wake_up_was_lost_is_woken_by_the_sweeper(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.store.database.connection().execute("DELETE FROM wakeups")
    machine.clock.advance(minutes=2)
    assert machine.hub.sweep() == 1
    machine.drain()
    assert len(machine.provider.sent) == 1


def test_budgets_bring_one_notice_and_then_silence_all_recorded(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=chosen(turns_per_hour=2))
    for number in range(5):
        machine.deliver(sms_event(f"question {number}", f"m{number}"))
        machine.drain()
    sources = [turn.answer.source for turn in machine.store.conversations.turns(key_of(machine)) if turn.answer]
    assert sources == ["stub", "stub", "budget", "silence", "silence"]
    assert len(machine.provider.sent) == 3
    machine.clock.advance(hours=1)
    machine.deliver(sms_event("a new hour", "m9"))
    machine.drain()
    assert machine.provider.bodies[-1] == "You said: a new hour"


def test_tokens_are_a_budget_too(tmp_path: Path) -> None:
    costly = StubAnswerer(lambda _: Answer("ok", source="stub", input_tokens=900, output_tokens=200))
    machine = Machine(tmp_path, settings=chosen(tokens_per_day=1000), answerers=[costly])
    for number in range(3):
        machine.deliver(sms_event("?", f"m{number}"))
        machine.drain()
    assert len(costly.asked) == 1
    assert len(machine.provider.sent) == 2


@pytest.mark.parametrize(
    ("settings", "again_after_h"), [({"all_tokens_per_hour": 2000}, 1), ({"all_tokens_per_day": 2000}, 12)]
)
def test_once_all_together_have_spent_a_budget_everybody_gets_one_apology_an_hour(
    tmp_path: Path, settings: dict[str, int], again_after_h: int
) -> None:
    costly = StubAnswerer(lambda _: Answer("ok", source="stub", input_tokens=900, output_tokens=100))
    machine = Machine(tmp_path, settings=chosen(**settings), answerers=[costly])
    for number in range(8):
        machine.deliver(sms_event("?", f"m{number}", f"+1425555010{number % 4}"))
        machine.drain()
    assert len(costly.asked) == 2
    (name,) = settings
    told = [turn.answer for turn in machine.turns() if turn.answer and turn.answer.reason == f"{name} is spent"]
    assert sorted(answer.source for answer in told) == ["budget"] * 4 + ["silence"] * 2
    assert sum("we cannot answer right now" in body for body in machine.provider.bodies) == 4
    machine.clock.advance(hours=again_after_h)
    machine.deliver(sms_event("a new time", "m9"))
    machine.drain()
    assert len(costly.asked) == 3


def test_whoever_stops_is_obeyed_though_all_together_have_spent_the_budget(tmp_path: Path) -> None:
    costly = StubAnswerer(lambda _: Answer("ok", source="stub", input_tokens=1))
    wanted = chosen(all_tokens_per_day=1, self_managed_opt_outs=True)
    machine = Machine(tmp_path, settings=wanted, answerers=[costly])
    for number, text in enumerate(["?", "STOP"]):
        machine.deliver(sms_event(text, f"m{number}"))
        machine.drain()
    assert [turn.answer.source for turn in machine.turns() if turn.answer] == ["stub", "consent"]


def test_a_mail_thread_gets_as_many_answers_an_hour_as_the_setting_says_and_then_silence(tmp_path: Path) -> None:
    line = EmailLine()
    machine = Machine(tmp_path, line=line, settings=chosen(answers_per_thread=3))
    for number in range(5):
        machine.deliver(line.event(f"question {number}", f"m{number}", line.person(1), machine.clock.now))
        machine.drain()
    sources = [turn.answer.source for turn in machine.turns() if turn.answer]
    assert sources == ["stub"] * 3 + ["silence"] * 2
    assert len(line.sent) == 3


def test_a_restart_word_begins_a_new_conversation_with_a_greeting(machine: Machine) -> None:
    for number, text in enumerate(("one", "  Restart! ", "two")):
        machine.deliver(sms_event(text, f"m{number}"))
        machine.drain()
    first, second = stub_of(machine).asked
    assert machine.provider.bodies[1].startswith("All right")
    assert second.history == ()
    assert second.conversation_id != first.conversation_id


def test_a_turn_is_recorded_with_its_messages_answer_and_receipts(machine: Machine) -> None:
    machine.deliver(sms_event("hello"))
    machine.drain()
    inbound, turn = machine.records
    assert inbound["Type"] == "Notification"
    assert turn["parley"] == "turn"
    assert turn["turn"]["messages"][0]["message_id"] == "m1"
    assert turn["turn"]["answer"]["source"] == "stub"
    assert turn["turn"]["parts"][0]["message_id"] == "sent-1"


@pytest.mark.parametrize("line", [SmsLine(), WhatsAppLine(), EmailLine()], ids=lambda line: str(line.name))
def test_of_a_message_too_long_to_read_it_is_said_what_is_missing(tmp_path: Path, line: Line) -> None:
    """On every channel: to who answers, in the turn and its row; the provider's event stays whole."""
    machine = Machine(tmp_path, line=line)
    words = "word " * 6_000
    machine.deliver(line.event(words, "m1", line.person(1), NOON))
    machine.drain()
    (question,) = stub_of(machine).asked
    unread = len(words.strip()) - MAX_TEXT
    assert question.text == f"{words[:MAX_TEXT]}\n[{unread:,} more characters were not read]"
    (turn,) = [record for record in machine.records if record.get("parley") == "turn"]
    (row, _) = transform(msgspec.json.encode(turn), NOON)
    assert row.values["tags"]["unread"] == str(unread)  # type: ignore[index, call-overload]
    assert len(str(row.values["message"])) == MAX_TEXT


def test_an_event_of_another_kind_is_kept_for_the_lake(machine: Machine) -> None:
    machine.deliver(b'{"eventType": "TEXT_DELIVERED", "messageId": "x"}')
    assert machine.records == [{"eventType": "TEXT_DELIVERED", "messageId": "x"}]


def test_a_malformed_message_is_rejected_by_name_and_kept(machine: Machine) -> None:
    for delivered in machine.opened(
        b'{"inboundMessageId": "m1", "destinationNumber": "+12065550100", "messageBody": "x"}'
    ):
        received = machine.hub.receive(delivered)
    assert received.outcome == "rejected"
    assert received.reason == "originationNumber is missing"
    (record,) = machine.records
    assert record["parley"] == "rejected"
    assert record["reason"] == "originationNumber is missing"


def key_of(machine: Machine) -> str:
    (conversation,) = machine.store.conversations.conversations()
    return conversation.key


def test_what_a_passing_answerer_spent_counts_against_the_budget(tmp_path: Path) -> None:
    costly = StubAnswerer(lambda _: Pass("no answer", input_tokens=900, output_tokens=200))
    machine = Machine(tmp_path, settings=chosen(tokens_per_day=1000), answerers=[costly])
    for number in range(2):
        machine.deliver(sms_event("?", f"m{number}"))
        machine.drain()
    assert len(costly.asked) == 1
    (first, second) = machine.turns()
    assert first.answer
    assert second.answer
    assert (first.answer.source, second.answer.source) == ("handoff", "budget")


def test_what_a_service_refuses_for_good_ends_in_an_apology_at_once(tmp_path: Path) -> None:
    def refuse(_: Question) -> Answer:
        raise RefusedError("ValidationException", "this can never be answered")

    stub = StubAnswerer(refuse)
    machine = Machine(tmp_path, answerers=[stub])
    machine.deliver(sms_event("hello"))
    machine.drain()
    assert len(stub.asked) == 1
    assert machine.provider.bodies[0].startswith("Sorry")
