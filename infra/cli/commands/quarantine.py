"""`parley quarantine`"""

from collections.abc import Sequence
from pathlib import Path

import click

from infra.cli.options import data_option, format_option, operated
from infra.cli.tables import document, table
from orchestrator.model import Held


@click.group(name="quarantine")
def command() -> None:
    """Messages that failed their verdicts (virus, spam, DMARC): kept whole, answered only when released."""


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """What is held, oldest first."""
    with operated(data_here) as opened:
        everything = opened.store.quarantine.held()
    rows = [
        {
            "message": held.message_id,
            "channel": held.channel,
            "from": held.their_address,
            "since": held.held_at.isoformat(timespec="seconds"),
            "reason": held.reason,
        }
        for held in everything
    ]
    table(rows, format_, empty="Nothing is in quarantine.")


@command.command()
@click.argument("message_id")
@data_option
def release(message_id: str, data_here: Path | None) -> None:
    """Let a message through after all: it is received and answered as if it had just come."""
    with operated(data_here, writes=True) as opened:
        released = opened.release(_named(message_id, opened.store.quarantine.held()))
    document(released)


def _named(message_id: str, everything: Sequence[Held]) -> Held:
    found = next((held for held in everything if held.message_id == message_id), None)
    if found is None:
        raise click.ClickException(f"{message_id} is not in quarantine; `parley quarantine list` shows what is")
    return found
