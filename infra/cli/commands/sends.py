"""`parley sends`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from infra.cli.options import data_option, format_option, without_stage
from infra.cli.options import to_read as read
from infra.cli.sends import listed, shown
from orchestrator.errors import EventError
from orchestrator.sending.requests import address_of

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.sends import Send


@click.group(name="sends")
def command() -> None:
    """What was told whom, and what became of it."""
    without_stage("parley sends works on a data folder; a stage tells by its API, and by `parley query sends`")


@command.command(name="list")
@click.option("--to", metavar="CHANNEL:ADDRESS", help="Only what went to this address.")
@click.option("--campaign", help="Only what belongs to this campaign.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@format_option("table", "json")
@data_option
def list_(to: str | None, campaign: str | None, limit: int, format_: str, data_here: Path | None) -> None:
    """The latest sends to an address or of a campaign. Everything else: `parley query sends`."""
    if bool(to) == bool(campaign):
        raise click.UsageError("name an address with --to, or a campaign with --campaign")
    with read(data_here) as opened:
        try:
            name = (
                opened.requests.recipient_name(address_of(to, "--to"))
                if to
                else opened.requests.campaign_name(campaign or "")
            )
        except EventError as error:
            raise click.UsageError(str(error)) from error
        listed(opened.store.sends.named(name, limit=limit), format_)


@command.command(name="show")
@click.argument("send_id", metavar="ID")
@format_option("table", "json")
@data_option
def show(send_id: str, format_: str, data_here: Path | None) -> None:
    """One send: each step, how far it got, and why it was taken."""
    with read(data_here) as opened:
        shown(_found(opened.store.sends.load(send_id), send_id), format_)


@command.command(name="cancel")
@click.argument("send_id", metavar="ID")
@format_option("table", "json")
@data_option
def cancel(send_id: str, format_: str, data_here: Path | None) -> None:
    """Let nothing more of a send leave. What has left stays with the person."""
    with read(data_here) as opened:
        opened.dispatcher.cancel(send_id)
        shown(_found(opened.dispatcher.dispatch(send_id), send_id), format_)


def _found(send: Send | None, send_id: str) -> Send:
    if send is None:
        raise click.ClickException(f"there is no send {send_id}")
    return send
