"""Sends as programs see them, here and on the command line."""

from datetime import datetime
from typing import Literal

import msgspec

from orchestrator.keys import step_ref
from orchestrator.model import ChannelName, Purpose
from orchestrator.sends import Send, Step, StepStatus

UNKNOWN: Literal["unknown"] = "unknown"  # a price that no price file knows


class StepView(msgspec.Struct, frozen=True):
    """One step, as far as it got."""

    number: int
    channel: ChannelName
    address: str
    status: StepStatus
    reason: str
    ref: str
    sender: str  # what it left from
    message_id: str  # the provider's, of its first part; "" before there is one
    parts: int  # as they are billed
    encoding: str  # of a text: GSM or UNICODE
    price: str
    at: datetime | None  # when it began to leave


class SendView(msgspec.Struct, frozen=True):
    """One send, with its steps."""

    send_id: str
    status: StepStatus
    reason: str
    purpose: Purpose
    tenant: str
    campaign: str
    created_at: datetime
    finished_at: datetime | None
    price: str
    steps: tuple[StepView, ...]


def view_of(send: Send) -> SendView:
    """How a send is shown."""
    return SendView(
        send_id=send.send_id,
        status=send.status,
        reason=send.reason,
        purpose=send.purpose,
        tenant=send.tenant,
        campaign=send.campaign,
        created_at=send.created_at,
        finished_at=send.finished_at,
        price="0" if send.test else UNKNOWN,
        steps=tuple(_step(send, step) for step in send.steps),
    )


def _step(send: Send, step: Step) -> StepView:
    return StepView(
        number=step.number,
        channel=step.to.channel,
        address=step.to.address,
        status=step.status,
        reason=step.reason,
        ref=step_ref(send.send_id, step.number),
        sender=step.our_address,
        message_id=next((part.message_id for part in step.parts if part.message_id), ""),
        parts=sum(int(part.detail.get("segments", 1)) for part in step.parts),
        encoding=next((part.detail["encoding"] for part in step.parts if "encoding" in part.detail), ""),
        price="0" if send.test else UNKNOWN,
        at=step.began_at,
    )
