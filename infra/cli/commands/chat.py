"""`parley chat`"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from infra.cli.options import data_option, deployment
from infra.cli.tables import lines
from infra.local.ingest import Document, Ingest, Ingested
from infra.local.providers import customers
from infra.local.samples import load_samples
from orchestrator.model import ChannelName


@click.command(name="chat")
@click.option("--channel", type=click.Choice(get_args(ChannelName)), default="sms", show_default=True)
@click.option("--from", "sender", metavar="ADDRESS", help="Who writes (default: a made-up customer).")
@data_option
def command(channel: ChannelName, sender: str | None, data_here: Path | None) -> None:
    """A conversation in the terminal, through events of the provider's own shape. Ctrl-D or `exit` ends it.

    Works beside a running server, and without one. Lines from a pipe are messages, one each.
    """
    try:
        address = customers.address(channel, sender or "")
    except customers.NoAddressError as error:
        raise click.BadParameter(str(error), param_hint="--from") from error
    with deployment(data_here) as opened:
        load_samples(opened)
        ingest = Ingest(opened)
        click.secho(f"{channel} from {address}. Ctrl-D or `exit` ends.", dim=True, err=True)
        for text in _lines():
            if text.strip():
                _, event = customers.event(channel, address, text, opened.clock())
                for ingested in ingest.document(Document("chat", 1, event)):
                    click.echo(_shown(ingested))


def _lines() -> Iterator[str]:
    """What the customer types, until Ctrl-D; from a pipe, its lines."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    while True:
        try:
            said = click.prompt(click.style("you", bold=True), prompt_suffix=" › ", default="", show_default=False)
        except (EOFError, click.Abort):
            click.echo(err=True)
            return
        if said.strip().lower() == "exit":
            return
        yield said


def _shown(ingested: Ingested) -> str:
    if ingested.reason.startswith("apology: "):
        click.secho(f"(an apology, because {lines(ingested.reason.removeprefix('apology: '))})", fg="red", err=True)
    if ingested.replies:
        return "\n".join(click.style("parley › ", fg="cyan") + lines(reply) for reply in ingested.replies)
    return click.style(f"(no reply: {ingested.outcome}, {lines(ingested.reason)})", dim=True)
