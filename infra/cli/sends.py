"""How the command line shows sends: a table a person can read, or JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from infra.cli.tables import table
from orchestrator.api.views import view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.sends import Send, Step


def shown(send: Send, format_: str) -> None:
    """One send with its steps."""
    if format_ == "json":
        click.echo(msgspec.json.encode(view_of(send)))
        return
    click.echo(f"{send.send_id}  {send.status}" + (f": {send.reason}" if send.reason else ""))
    table([_row(step) for step in send.steps], format_, empty="")


def listed(sends: Sequence[Send], format_: str) -> None:
    """Several sends, a line each."""
    if format_ == "json":
        click.echo(msgspec.json.encode([view_of(send) for send in sends]))
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


def _row(step: Step) -> dict[str, object]:
    return {
        "step": step.number,
        "channel": step.to.channel,
        "address": step.to.address,
        "status": step.status,
        "at": f"{step.began_at:%H:%M:%S}" if step.began_at else "",
        "why": step.reason,
    }
