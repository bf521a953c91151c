"""What we tell people first: a send, its plan as steps, and what became of each.

A send is one value with a version, as a conversation is; only the dispatcher writes it (sending/dispatcher.py). What
providers tell of a step comes at any time and in any order, so it is kept beside the send, as a `Told` for each
message, and joined to it whenever it is read: no event has to wait for a worker, and no worker loses its write to an
event.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

from orchestrator.model import ChannelName, DeliveryStatus, Language, Part, Progress, Purpose

# How far a step got. The first four follow each other; the others are ends of their own.
StepStatus = Literal["waiting", "accepted", "sent", "delivered", "read", "failed", "skipped", "canceled", "expired"]
Success = Literal["accepted", "delivered", "read"]  # what a step has to reach for the send to be done
Reached = Literal["accepted", "sent", "delivered", "read", "failed"]  # what a provider tells of one message

MOST_STEPS = 10
MOST_ADDRESSES = 20
MOST_VARIABLES = 50
MOST_CHARACTERS_OF_A_VARIABLE = 1000
MOST_BYTES_OF_A_REQUEST = 64_000
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(days=7)

_RANK: Mapping[Reached, int] = {reached: rank for rank, reached in enumerate(get_args(Reached), 1)}
_REACHED: Mapping[DeliveryStatus, Reached] = {
    "queued": "accepted",
    "sent": "sent",
    "delayed": "sent",
    "delivered": "delivered",
    "complained": "delivered",  # who complains has it
    "unsubscribed": "delivered",
    "read": "read",
    "clicked": "read",
    "failed": "failed",
}  # `deleted` and `unknown` say nothing of how far it got


class Address(msgspec.Struct, frozen=True, order=True):
    """Where one person can be reached on one channel."""

    channel: ChannelName
    address: str  # as `their_address`: E.164 with `+`, a WhatsApp user id, a mail address in lower case

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said on one channel, in markdown, its variables filled in."""

    text: str
    subject: str = ""  # of a mail


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """The furthest that a provider has told of one message of a step."""

    step: int  # its number
    message_id: str
    reached: Reached
    at: datetime
    reason: str = ""  # the provider's words, of a failure

    @property
    def rank(self) -> int:
        """Grows with how far it got, a failure being last: whatever the order of the events, the greatest stays."""
        return _RANK[self.reached]


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One try to reach the person. Its number counts from 1."""

    number: int
    to: Address
    wait_s: int  # how long its success is waited for, from when it began to leave
    success: Success
    status: StepStatus = "waiting"
    reason: str = ""  # why it failed or was skipped
    our_address: str = ""  # what it left from
    began_at: datetime | None = None
    parts: tuple[Part, ...] = ()
    told: tuple[Told, ...] = ()  # by its providers, joined when the send is read

    @property
    def is_leaving(self) -> bool:
        """Whether it has begun, and not all of it has left or failed."""
        return self.status == "waiting" and self.began_at is not None

    @property
    def is_out(self) -> bool:
        """Whether it has left and has not failed."""
        return self.status in _RANK and self.status != "failed"

    @property
    def has_succeeded(self) -> bool:
        """Whether it has reached what its plan asks for."""
        return self.is_out and _RANK[_as_reached(self.status)] >= _RANK[self.success]

    @property
    def waits_until(self) -> datetime | None:
        """When its success is waited for no longer; None before it has begun."""
        return self.began_at + timedelta(seconds=self.wait_s) if self.began_at else None


class Send(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing we tell one person, by a plan of steps."""

    send_id: str  # 32 lower-case hex
    tenant: str
    purpose: Purpose
    forms: Mapping[ChannelName, Form]  # of each channel that has a step
    steps: tuple[Step, ...]
    created_at: datetime
    language: Language = "en"
    at_once: bool = False  # every step goes, whatever becomes of the others
    send_at: datetime | None = None  # not before
    expires_at: datetime | None = None  # no step after it
    caller: str = ""  # who asked for it
    plan: str = ""  # the name of its plan
    campaign: str = ""
    business_line: str = ""
    tags: Mapping[str, str] = {}
    test: bool = False  # to a test recipient: no provider gets it
    status: StepStatus = "waiting"
    reason: str = ""
    canceled: bool = False  # asked for: nothing that has not begun leaves any more
    version: int = 0
    claimed_until: datetime | None = None  # until then the worker that took the last step is believed alive
    unconfirmed: int = 0  # parts found `sending` on resumption: sent once, perhaps twice
    finished_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None


def told_of(progress: Progress, step: int) -> Told | None:
    """What an event says of a message of a step; None where it does not say how far the message got.

    A carrier that takes a text and will say nothing more (`final`) has delivered it: most tell no more than that.
    """
    reached = _REACHED.get(progress.status)
    if reached is None:
        return None
    if reached == "sent" and progress.final:
        reached = "delivered"
    reason = progress.reason if reached == "failed" else ""
    return Told(step, progress.message_id, reached, progress.occurred_at, reason)


def joined(step: Step, told: tuple[Told, ...]) -> Step:
    """A step with what its providers have told: the same in whatever order, and however often, they told it.

    A step is as far as the least of its messages; one that failed fails it, also after it had arrived: mail systems
    take a mail and send it back.
    """
    step = msgspec.structs.replace(step, told=told)
    if failed := next((each for each in told if each.reached == "failed"), None):
        return msgspec.structs.replace(
            step, status="failed", reason=failed.reason or "the provider could not deliver it"
        )
    if not step.is_out:
        return step
    ranks = sorted((each.rank for each in told), reverse=True)
    least = ranks[len(step.parts) - 1] if len(ranks) >= len(step.parts) > 0 else 0
    status = max(_as_reached(step.status), _OF_RANK.get(least, "accepted"), key=_RANK.__getitem__)
    return msgspec.structs.replace(step, status=status)


def with_facts(send: Send, *, canceled: bool, told: Iterable[Told]) -> Send:
    """A send as it is read: what others have found out since its last step was written is joined to it."""
    found = tuple(told)
    steps = tuple(joined(step, tuple(each for each in found if each.step == step.number)) for step in send.steps)
    return msgspec.structs.replace(send, canceled=canceled, steps=steps)


_OF_RANK: Mapping[int, Reached] = {rank: reached for reached, rank in _RANK.items()}


def _as_reached(status: StepStatus) -> Reached:
    return status if status in _RANK else "accepted"  # type: ignore[return-value]  # a key of it is one
