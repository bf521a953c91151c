"""`parley quarantine`"""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from infra.cli.options import data_option, deployment, existing_folder, format_option, stage, to_read
from infra.cli.tables import table
from infra.local.ingest import Ingest
from infra.operating import deployed_hub
from orchestrator.model import Held


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
        for held in _held(data_here)
    ]
    table(rows, format_, empty="Nothing is in quarantine.")


@command.command()
@click.argument("message_id")
@data_option
def release(message_id: str, data_here: Path | None) -> None:
    """Let a message through after all: it is received and answered as if it had just come."""
    if deployed := stage():
        held = _named(message_id, deployed_hub.store(deployed).quarantine.held())
        click.echo(msgspec.json.encode(deployed_hub.hub(deployed).release(held)))
        return
    with deployment(existing_folder(data_here)) as opened:
        released = Ingest(opened).released(_named(message_id, opened.store.quarantine.held()))
    click.echo(msgspec.json.encode(released))


def _held(data_here: Path | None) -> list[Held]:
    if deployed := stage():
        return deployed_hub.store(deployed).quarantine.held()
    with to_read(data_here) as opened:
        return opened.store.quarantine.held()


def _named(message_id: str, everything: Sequence[Held]) -> Held:
    found = next((held for held in everything if held.message_id == message_id), None)
    if found is None:
        raise click.ClickException(f"{message_id} is not in quarantine; `parley quarantine list` shows what is")
    return found
