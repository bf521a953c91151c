"""How the command line shows sends: a table a person can read, or JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from infra.cli.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.sends import Send, Step


def as_json(send: Send) -> dict[str, object]:
    """A send as programs read it, here and in the API."""
    return {
        "send_id": send.send_id,
        "status": send.status,
        "reason": send.reason,
        "purpose": send.purpose,
        "tenant": send.tenant,
        "campaign": send.campaign,
        "created_at": send.created_at,
        "finished_at": send.finished_at,
        "price": "unknown",
        "steps": [_step(send, step) for step in send.steps],
    }


def shown(send: Send, format_: str) -> None:
    """One send with its steps."""
    if format_ == "json":
        click.echo(msgspec.json.encode(as_json(send)))
        return
    click.echo(f"{send.send_id}  {send.status}" + (f": {send.reason}" if send.reason else ""))
    table([_row(step) for step in send.steps], format_, empty="")


def listed(sends: Sequence[Send], format_: str) -> None:
    """Several sends, a line each."""
    if format_ == "json":
        click.echo(msgspec.json.encode([as_json(send) for send in sends]))
        return
    rows = [
        {
            "send": send.send_id,
            "created": f"{send.created_at:%Y-%m-%d %H:%M}",
            "purpose": send.purpose,
            "status": send.status,
            "by": ", ".join(step.to.channel for step in send.steps if step.began_at) or "",
            "why": send.reason,
        }
        for send in sends
    ]
    table(rows, format_, empty="no sends")


def _step(send: Send, step: Step) -> dict[str, object]:
    sent = [part for part in step.parts if part.message_id]
    return {
        "number": step.number,
        "channel": step.to.channel,
        "address": step.to.address,
        "status": step.status,
        "reason": step.reason,
        "ref": f"{send.send_id}-{step.number}",
        "from": step.our_address,
        "message_id": sent[0].message_id if sent else "",
        "parts": sum(int(part.detail.get("segments", 1)) for part in step.parts),
        "encoding": next((part.detail["encoding"] for part in step.parts if "encoding" in part.detail), ""),
        "price": "unknown",
        "at": step.began_at,
    }


def _row(step: Step) -> dict[str, object]:
    return {
        "step": step.number,
        "channel": step.to.channel,
        "address": step.to.address,
        "status": step.status,
        "at": f"{step.began_at:%H:%M:%S}" if step.began_at else "",
        "why": step.reason,
    }
