"""`parley redrive`"""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import click
import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import Progress

from infra.cli.options import data_option, operated
from infra.operating.redriving import DeadLetters, Queue
from transformer.put_back import PutBackError


@click.command(name="redrive")
@click.argument("queue", type=click.Choice(get_args(Queue)))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@data_option
def command(queue: Queue, *, dry_run: bool, format_: str, data_here: Path | None) -> None:
    """Put a deployment's dead letters back, once their cause is mended. Stop it at any moment; run it again to finish.

    \b
    inbound      events that the hub could not receive: to its queue
    wake-ups     conversations that nobody answered: to theirs
    sends        sends that wait: to theirs
    progress     what providers told of sends: to theirs
    uploads      documents whose ingestion never began: to theirs
    sources      events that did not reach the lake: onto their stream
    records      what the pipes could not bring to the lake: every record that
                 the table still has, onto the streams; those there count once
    sweep        tell of a run that failed, and are thrown away:
    send-sweep   likewise, of sends
    compaction   the next run has done its work
    """
    with operated(data_here) as opened:
        letters = opened.dead_letters(queue)
        try:
            told = {"queue": queue, "to": letters.to, "dry_run": dry_run, "dead_letters": letters.count()}
            work = letters.work()
            done = 0 if dry_run else sum(_shown(letters.redrive(), work))
            left = letters.count()
        except (PutBackError, BotoCoreError, ClientError) as error:
            raise click.ClickException(f"{error} ({type(error).__name__}); run it again to finish") from error
    told |= {"to_put_back": work, "put_back": done, "left": left}
    click.echo(msgspec.json.encode(told) if format_ == "json" else _said(letters, told))


def _shown(done: Iterable[int], total: int) -> Iterable[int]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Putting back", total=total)
        for count in done:
            progress.advance(task, count)
            yield count


def _said(letters: DeadLetters, told: dict[str, object]) -> str:
    if told["dry_run"]:
        return f"About {told['dead_letters']} dead letters; {told['to_put_back']} would go to {letters.to}."
    return f"{told['put_back']} put back to {letters.to}; about {told['left']} dead letters are left."
