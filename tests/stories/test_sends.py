"""A company writes first: the first step of a plan, the next where it must, and an end that is known."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import ConfigurationError, UncertainError, UpstreamError
from orchestrator.model import ContactChange, DeliveryStatus
from orchestrator.sends import Send
from tests.kit import NOON
from tests.sending import ADDRESSES, ORIGINS, SEND, SendingMachine, a_send, refused

BACKENDS = ["sqlite", "dynamodb"]


@pytest.fixture(params=BACKENDS)
def machine(request: pytest.FixtureRequest, tmp_path: Path, aws: None) -> Iterator[SendingMachine]:
    made = SendingMachine(tmp_path, backend=request.param)
    yield made
    made.close()


def started(machine: SendingMachine, *channels: Any, **more: Any) -> Send:
    machine.dispatcher.accept(a_send(*channels, **more))
    machine.drain()
    return machine.load()


def statuses(send: Send) -> list[str]:
    return [step.status for step in send.steps]


def test_the_first_step_leaves_and_the_rest_waits(machine: SendingMachine) -> None:
    send = started(machine, "sms", "email")
    assert machine.sent == [("sms", f"{SEND}-1")]
    assert statuses(send) == ["accepted", "waiting"]
    assert not send.is_over
    (outgoing,) = machine.senders["sms"].sent
    assert (outgoing.our_address, outgoing.their_address) == (ORIGINS["sms"], ADDRESSES["sms"])
    assert outgoing.tags == {"send_id": SEND, "step": "1"}


def test_a_delivery_ends_it_and_stops_the_rest(machine: SendingMachine) -> None:
    started(machine, "sms", "email")
    machine.tell(1, "delivered")
    machine.drain()
    send = machine.load()
    assert (send.status, statuses(send)) == ("delivered", ["delivered", "skipped"])
    assert send.steps[1].reason == "an earlier step succeeded"
    machine.pass_time(7200, tick=600)
    assert machine.sent == [("sms", f"{SEND}-1")]


def test_a_failure_sends_the_next_step_at_once(machine: SendingMachine) -> None:
    started(machine, "sms", "email")
    machine.tell(1, "failed", reason="BLOCKED")
    machine.drain()
    assert machine.sent == [("sms", f"{SEND}-1"), ("email", f"{SEND}-2")]
    assert machine.load().steps[0].reason == "BLOCKED"


def test_what_is_refused_gives_way_at_once(machine: SendingMachine) -> None:
    machine.senders["sms"].failures.append(refused())
    send = started(machine, "sms", "email")
    assert statuses(send) == ["failed", "accepted"]
    assert "this country is blocked" in send.steps[0].reason


def test_silence_sends_the_next_step_when_the_wait_is_over_and_not_before(machine: SendingMachine) -> None:
    started(machine, "sms", "email", wait_s=60)
    machine.pass_time(59)
    assert machine.sent == [("sms", f"{SEND}-1")]
    machine.pass_time(2)
    assert machine.sent == [("sms", f"{SEND}-1"), ("email", f"{SEND}-2")]


def test_a_delivery_that_comes_late_stops_what_has_not_left(machine: SendingMachine) -> None:
    started(machine, "sms", "whatsapp", "email", wait_s=60)
    machine.pass_time(61)
    machine.tell(1, "delivered")
    machine.drain()
    send = machine.load()
    assert (send.status, statuses(send)) == ("delivered", ["delivered", "accepted", "skipped"])
    machine.pass_time(7200, tick=600)
    assert [channel for channel, _ in machine.sent] == ["sms", "whatsapp"]


def test_a_bounce_after_a_delivery_lets_it_go_on(machine: SendingMachine) -> None:
    started(machine, "email", "sms")
    machine.tell(1, "delivered")
    machine.drain()
    assert machine.load().is_over
    machine.tell(1, "failed", reason="Permanent, General")
    machine.drain()
    assert machine.sent == [("sms", f"{SEND}-2"), ("email", f"{SEND}-1")]
    machine.tell(2, "delivered")
    machine.drain()
    assert (machine.load().status, statuses(machine.load())) == ("delivered", ["failed", "delivered"])


def test_what_is_read_after_the_end_is_told(machine: SendingMachine) -> None:
    started(machine, "whatsapp")
    machine.tell(1, "delivered")
    machine.drain()
    machine.tell(1, "read")
    machine.drain()
    assert machine.load().status == "read"


def test_a_carrier_that_will_say_no_more_has_delivered_it(machine: SendingMachine) -> None:
    started(machine, "sms")
    machine.tell(1, "sent")
    machine.drain()
    assert machine.load().status == "waiting"
    machine.tell(1, "sent", final=True)
    machine.drain()
    assert machine.load().status == "delivered"


def test_who_never_hears_ends_with_what_is_known(machine: SendingMachine) -> None:
    started(machine, "sms", wait_s=60)
    machine.tell(1, "sent")
    machine.pass_time(180, tick=30)
    send = machine.load()
    assert (send.status, send.is_over) == ("sent", True)
    assert send.reason == "nothing was heard within 60 s of it being delivered"


def test_every_step_goes_at_once_where_the_plan_says_so(machine: SendingMachine) -> None:
    send = started(machine, "sms", "whatsapp", "email", at_once=True)
    assert len(machine.sent) == 3
    assert statuses(send) == ["accepted"] * 3
    for number in (1, 2, 3):
        machine.tell(number, "delivered")
    machine.drain()
    assert (machine.load().status, machine.load().is_over) == ("delivered", True)


def test_nothing_leaves_before_its_time_or_after_it(machine: SendingMachine) -> None:
    started(machine, "sms", "email", send_at=NOON + timedelta(minutes=5), expires_at=NOON + timedelta(minutes=5.5))
    machine.pass_time(299)
    assert machine.sent == []
    machine.pass_time(2)
    assert [channel for channel, _ in machine.sent] == ["sms"]
    machine.pass_time(120)
    send = machine.load()
    assert statuses(send) == ["accepted", "expired"]
    assert [channel for channel, _ in machine.sent] == ["sms"]


def test_a_send_that_comes_too_late_is_not_begun(machine: SendingMachine) -> None:
    machine.clock.advance(minutes=10)
    send = started(machine, "sms", expires_at=NOON + timedelta(minutes=5))
    assert (send.status, statuses(send), machine.sent) == ("expired", ["expired"], [])


def test_what_is_canceled_goes_no_further(machine: SendingMachine) -> None:
    started(machine, "sms", "email")
    assert machine.dispatcher.cancel(SEND)
    machine.drain()
    machine.pass_time(300, tick=30)
    send = machine.load()
    assert statuses(send) == ["accepted", "canceled"]
    assert machine.sent == [("sms", f"{SEND}-1")]


def test_who_has_opted_out_is_skipped_but_gets_the_code_that_they_ask_for(machine: SendingMachine) -> None:
    key = machine.dispatcher._gate._keys.contact_of_addresses("sms", ORIGINS["sms"], ADDRESSES["sms"])
    machine.store.contacts.change(key, ContactChange(NOON, consent="opted_out"), [])
    send = started(machine, "sms", "email")
    assert (statuses(send), send.steps[0].reason) == (["skipped", "accepted"], "the person has opted out")
    machine.dispatcher.accept(a_send("sms", send_id="f" * 32, purpose="code"))
    machine.drain()
    assert ("sms", f"{'f' * 32}-1") in machine.sent


def test_a_provider_that_is_away_is_tried_again_until_the_wait_is_over(machine: SendingMachine) -> None:
    machine.senders["sms"].failures += [UpstreamError("throttled")] * 100
    started(machine, "sms", "email", wait_s=60)
    assert machine.sent == []
    machine.pass_time(130)
    send = machine.load()
    assert send.steps[0].status == "failed"
    assert send.steps[0].reason == "gave up: throttled"
    assert [channel for channel, _ in machine.sent] == ["email"]


def test_an_operators_mistake_is_no_silence(machine: SendingMachine) -> None:
    machine.senders["sms"].failures += [ConfigurationError("no permission")] * 100
    started(machine, "sms", "email", wait_s=60)
    machine.pass_time(130)
    assert [channel for channel, _ in machine.sent] == ["email"]


def test_a_part_whose_outcome_is_unknown_is_counted(machine: SendingMachine) -> None:
    machine.senders["sms"].failures.append(UncertainError("no response"))
    started(machine, "sms")
    machine.pass_time(90)
    send = machine.load()
    assert (send.unconfirmed, len(machine.sent)) == (1, 1)


def test_all_parts_have_to_arrive(machine: SendingMachine) -> None:
    machine.senders["sms"].parts = 2
    started(machine, "sms")
    machine.tell(1, "delivered", "sms-1")
    machine.drain()
    assert not machine.load().is_over
    machine.tell(1, "delivered", "sms-2")
    machine.drain()
    assert machine.load().status == "delivered"


# What providers tell of three steps, in whatever order: the join is the same, and so is the end.
EVENTS: list[tuple[int, DeliveryStatus]] = [(1, "sent"), (1, "failed"), (2, "delivered"), (2, "read"), (2, "sent")]


def test_whatever_the_order_the_end_is_the_same(tmp_path: Path) -> None:
    """All 120 orders of five events; the second step has left when its events come, and what is early waits."""
    ends = set()
    for number, order in enumerate(itertools.permutations(EVENTS)):
        machine = SendingMachine(tmp_path / str(number))
        started(machine, "sms", "whatsapp", "email")
        for step, status in order:
            machine.tell(step, status)
            machine.drain()
        machine.pass_time(300, tick=30)
        send = machine.load()
        ends.add((send.status, *statuses(send)))
        assert [channel for channel, _ in machine.sent] == ["sms", "whatsapp"], order
        machine.close()
    assert ends == {("read", "failed", "read", "skipped")}


@pytest.mark.hypothesis
@settings(deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.sampled_from([1, 2, 3]),
            st.sampled_from(["queued", "sent", "delivered", "read", "failed", "unknown", "complained"]),
            st.integers(0, 90),
        ),
        max_size=8,
    )
)
def test_it_ends_and_no_step_follows_a_success(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, DeliveryStatus, int]]
) -> None:
    machine = SendingMachine(tmp_path_factory.mktemp("sends"))
    started(machine, "sms", "whatsapp", "email")
    for step, status, after_s in events:
        machine.pass_time(after_s, tick=30)
        before = len(machine.sent)
        succeeded = any(each.has_succeeded for each in machine.load().steps)
        machine.wake_up()
        machine.drain()
        assert not (succeeded and len(machine.sent) > before)
        machine.tell(step, status)
        machine.drain()
    machine.pass_time(600, tick=30)
    send = machine.load()
    assert send.is_over
    assert len(machine.sent) == len(set(machine.sent))
    assert all(step.status != "waiting" for step in send.steps)
    machine.close()
