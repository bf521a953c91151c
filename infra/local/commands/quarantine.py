"""`parley quarantine`"""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from infra.local import deployed_hub
from infra.local.commands.options import data_option, deployment, format_option, stage
from infra.local.commands.tables import table
from infra.local.ingest import Ingest
from orchestrator.model import Held


@click.group(name="quarantine")
def command() -> None:
    """Messages that failed their verdicts (virus, spam, DMARC): kept whole, answered only when released."""


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """What is held, oldest first."""
    deployed = stage()
    rows = [
        {
            "message": held.message_id,
            "channel": held.channel,
            "from": held.their_address,
            "since": held.held_at.isoformat(timespec="seconds"),
            "reason": held.reason,
        }
        for held in (deployed_hub.store(deployed).held() if deployed else deployment(data_here).store.held())
    ]
    table(rows, format_, empty="Nothing is in quarantine.")


@command.command()
@click.argument("message_id")
@data_option
def release(message_id: str, data_here: Path | None) -> None:
    """Let a message through after all: it is received and answered as if it had just come."""
    if deployed := stage():
        held = _named(message_id, deployed_hub.store(deployed).held())
        click.echo(msgspec.json.encode(deployed_hub.hub(deployed).release(held)))
        return
    opened = deployment(data_here)
    click.echo(msgspec.json.encode(Ingest(opened).released(_named(message_id, opened.store.held()))))
    opened.close()


def _named(message_id: str, everything: Sequence[Held]) -> Held:
    found = next((held for held in everything if held.message_id == message_id), None)
    if found is None:
        raise click.ClickException(f"{message_id} is not in quarantine; `parley quarantine list` shows what is")
    return found
