"""`parley quarantine`"""

from pathlib import Path

import click
import msgspec

from infra.local.commands.options import data_option, deployment, format_option
from infra.local.commands.tables import table
from infra.local.ingest import Ingest


@click.group(name="quarantine")
def command() -> None:
    """Messages that failed their verdicts (virus, spam, DMARC): kept whole, answered only when released."""


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """What is held, oldest first."""
    rows = [
        {
            "message": held.message_id,
            "channel": held.channel,
            "from": held.their_address,
            "since": held.held_at.isoformat(timespec="seconds"),
            "reason": held.reason,
        }
        for held in deployment(data_here).store.held()
    ]
    table(rows, format_, empty="Nothing is in quarantine.")


@command.command()
@click.argument("message_id")
@data_option
def release(message_id: str, data_here: Path | None) -> None:
    """Let a message through after all: it is received and answered as if it had just come."""
    opened = deployment(data_here)
    found = [held for held in opened.store.held() if held.message_id == message_id]
    if not found:
        raise click.ClickException(f"{message_id} is not in quarantine; `parley quarantine list` shows what is")
    click.echo(msgspec.json.encode(Ingest(opened).released(found[0])))
    opened.close()
