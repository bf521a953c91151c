"""What a send does next: a pure function of the send and the time.

    not before send_at · nothing new once canceled or expired · a success ends it
    at once: every step goes, and nothing is waited for
    else in order: a failed step gives way at once, one that is out when its wait is over

A step that turns out to have failed after it had succeeded lets the send go on where it was left.
"""

from datetime import datetime
from typing import NamedTuple, TypeAlias

import msgspec

from orchestrator.sends import Send, Step, StepStatus

STOPPED = "an earlier step succeeded"
CANCELED = "it was canceled before"
_FURTHEST: tuple[StepStatus, ...] = (
    "read",
    "delivered",
    "sent",
    "accepted",
    "failed",
    "expired",
    "canceled",
    "skipped",
)


class Go(NamedTuple):
    """Let this step leave."""

    step: Step


class Wait(NamedTuple):
    """Nothing is to be done before."""

    until: datetime


class End(NamedTuple):
    """It is over, as far as anybody knows now; its steps are those that it ends with."""

    status: StepStatus
    reason: str
    steps: tuple[Step, ...]


Next: TypeAlias = Go | Wait | End


def next_of(send: Send, now: datetime) -> Next:
    """What is to be done with a send, its steps being joined with what was told of them."""
    if send.at_once:
        return _at_once(send, now)
    if any(step.has_succeeded for step in send.steps):
        return _ended(send, "skipped", STOPPED)
    if send.canceled and not any(step.is_leaving for step in send.steps):
        return _ended(send, "canceled", CANCELED)
    for step in send.steps:
        if step.is_leaving or step.status == "waiting":
            return _begin(send, step, now)
        if step.is_out and step.waits_until and now < step.waits_until:
            return Wait(step.waits_until)
    return _ended(send)


def reopened(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a send that was over, once its success turns out to have been none: what was stopped waits again."""
    if any(step.has_succeeded for step in steps):
        return steps
    return tuple(
        msgspec.structs.replace(step, status="waiting", reason="") if step.reason == STOPPED else step for step in steps
    )


def furthest(steps: tuple[Step, ...]) -> Step:
    """The step that got furthest: what is said of the send as a whole."""
    return min(steps, key=lambda step: _FURTHEST.index(step.status) if step.status in _FURTHEST else len(_FURTHEST))


def _at_once(send: Send, now: datetime) -> Next:
    for step in send.steps:
        if step.is_leaving or step.status == "waiting":
            return _begin(send, step, now)
    waits = [step.waits_until for step in send.steps if step.is_out and not step.has_succeeded and step.waits_until]
    later = [until for until in waits if now < until]
    return Wait(max(later)) if later else _ended(send)


def _begin(send: Send, step: Step, now: datetime) -> Next:
    """The step, unless it may not begin. What has begun goes on: half of it may be with the person."""
    if step.is_leaving:
        return Go(step)
    if send.canceled:
        return _ended(send, "canceled", CANCELED)
    if send.expires_at and send.expires_at <= now:
        return _ended(send, "expired", "it would have come too late")
    if send.send_at and now < send.send_at:
        return Wait(send.send_at)
    return Go(step)


def _ended(send: Send, rest: StepStatus = "skipped", why: str = "") -> End:
    """The end: what has not begun becomes the `rest`, for the reason `why`."""
    steps = tuple(_closed(step, rest, why) if step.status == "waiting" else step for step in send.steps)
    best = furthest(steps)
    return End(best.status, best.reason or _without_receipt(best), steps)


def _closed(step: Step, rest: StepStatus, why: str) -> Step:
    """A step that goes no further. One that was leaving may be with the person in part, which is no success."""
    if any(part.state in ("sending", "sent") for part in step.parts):
        return msgspec.structs.replace(step, status="failed", reason=f"{why}, while this one was leaving")
    return msgspec.structs.replace(step, status=rest, reason=why)


def _without_receipt(step: Step) -> str:
    if step.has_succeeded or not step.is_out:
        return ""
    return f"nothing was heard within {step.wait_s} s of it being {step.success}"
