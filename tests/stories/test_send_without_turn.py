"""A company writes first: something leaves by a channel with no turn anywhere, and what became of it comes back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from infra.local.deployment import Deployment
from infra.local.providers.customers import A_CUSTOMER, OURS
from infra.local.workers import work_off
from orchestrator.channels.channel import Channel
from orchestrator.envelopes import opened
from orchestrator.errors import UncertainError, UpstreamError
from orchestrator.keys import step_ref, step_tags
from orchestrator.model import ChannelName, Content, Outgoing, Part, Purpose, Receipt
from orchestrator.parts import Left, Parts, begun, leave
from tests.kit import NOON, Clock, SmsLine, chosen

SEND = "0123456789abcdef0123456789abcdef"
NUMBER = "phone-number-id-976c72a700aac43eaf573ae050example"


@dataclass
class Step:
    """A step of a send as a story would keep it: every write, in order."""

    parts: Parts
    claimed_until: datetime | None = NOON + timedelta(minutes=2)
    kept: list[Parts] = field(default_factory=list)

    def keep(self, parts: Parts) -> None:
        self.parts = parts
        self.kept.append(parts)

    def release(self, parts: Parts) -> None:
        self.keep(parts)
        self.claimed_until = None


def outgoing(channel: ChannelName, text: str = "Your lamp is **ready**.") -> Outgoing:
    return Outgoing(
        ref=step_ref(SEND, 1),
        our_address=OURS[channel],
        their_address=A_CUSTOMER[channel],
        content=Content(text, subject="Your order"),
        decided_at=NOON,
        tags=step_tags(SEND, 1),
    )


def channel_of(deployment: Deployment, name: ChannelName) -> Channel:
    return next(each for each in deployment.hub.channels if each.name == name)


@pytest.mark.parametrize("name", ["sms", "whatsapp", "email"])
def test_it_leaves_and_is_reported_for_its_ref(tmp_path: Path, name: ChannelName) -> None:
    clock = Clock()
    with Deployment(tmp_path, chosen(whatsapp_phone_number_id=NUMBER), clock=clock) as deployment:
        channel, said = channel_of(deployment, name), outgoing(name)
        left = leave(Step(begun(tuple(channel.compose(said)))), channel, said, clock)
        (sent,) = deployment.outbox.sent()
        clock.advance(minutes=1)
        with deployment.watching() as put:
            while wake_up := deployment.queue.lease():
                work_off(deployment, wake_up)
        events = [event for record in put for event in opened(record, NOON)]
        progress = [each for event in events for each in channel.progress(event)]
        assert "Your lamp is" in sent.text
        assert "ready" in sent.text
        assert [part.state for part in left.parts] == ["sent"]
        assert {(each.ref, each.message_id) for each in progress} == {(f"{SEND}-1", sent.message_id)}
        assert [each.status for each in progress][-1] in {"delivered", "read"}
        assert deployment.store.conversations.counts() == {"messages": 0, "waiting": 0, "unfinished": 0, "turns": 0}


class Provider:
    """Takes, or raises, as it is told to."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[str] = []

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome:
            raise outcome
        self.sent.append(part.body)
        return Receipt(f"sent-{len(self.sent)}")


def three() -> Parts:
    return begun((Part("a"), Part("b"), Part("c")))


def test_each_part_costs_one_write_and_the_last_none() -> None:
    step, provider = Step(three()), Provider()
    left = leave(step, provider, outgoing("sms"), Clock())
    assert [[part.state for part in parts] for parts in step.kept] == [
        ["sent", "sending", "waiting"],
        ["sent", "sent", "sending"],
    ]
    assert left == Left(
        tuple(Part(body, state="sent", message_id=f"sent-{n}") for n, body in enumerate("abc", 1)), None
    )


def test_what_certainly_did_not_leave_waits_and_what_may_have_is_left_open() -> None:
    for error, state in ((UpstreamError("throttled"), "waiting"), (UncertainError("no response"), "sending")):
        step = Step(three())
        with pytest.raises(UpstreamError):
            leave(step, Provider(None, error), outgoing("sms"), Clock())
        assert step.claimed_until is None
        assert [part.state for part in step.parts] == ["sent", state, "waiting"]


def test_the_outgoing_of_a_send_is_plain_data() -> None:
    said = outgoing("email")
    assert msgspec.json.decode(msgspec.json.encode(said), type=Outgoing) == said


@pytest.mark.parametrize(
    ("purpose", "left", "said"),
    [
        ("marketing", None, {"MessageType": "PROMOTIONAL"}),
        ("code", 600, {"MessageType": "TRANSACTIONAL", "TimeToLive": 600}),
        ("transactional", 1, {"MessageType": "TRANSACTIONAL", "TimeToLive": 5}),
        ("transactional", 10**7, {"MessageType": "TRANSACTIONAL", "TimeToLive": 259_200}),
    ],
)
def test_a_text_says_what_it_is_and_how_long_it_is_of_use(
    purpose: Purpose, left: int | None, said: dict[str, object]
) -> None:
    line = SmsLine()
    expires_at = NOON + timedelta(seconds=left) if left else None
    said_by_us = msgspec.structs.replace(outgoing("sms"), purpose=purpose, expires_at=expires_at)
    channel = line.channel(line, chosen())
    channel.send(said_by_us, channel.compose(said_by_us)[0])
    (request,) = line.sent
    assert {name: request[name] for name in ("MessageType", "TimeToLive") if name in request} == said
