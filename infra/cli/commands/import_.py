"""`parley import`"""

import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from infra.cli.commands.ingest import UNREADABLE
from infra.cli.options import data_option, deployment, format_option
from infra.cli.tables import document, lines, table
from infra.local.deployment import alone
from infra.operating.importing.engagement_db import Import, Tally
from infra.operating.objects import UnreadableError


@click.group(name="import")
def command() -> None:
    """Bring the lake of another program over."""


@command.command(name="engagement-db")
@click.argument("where", metavar="PATH | s3://BUCKET/PREFIX")
@format_option("table", "json")
@data_option
def engagement_db(where: str, format_: str, data_here: Path | None) -> None:
    """The lake of the AWS Engagement Database sample: its Parquet events, its JSON conversations.

    Rows get our columns, from the events that they hold. Running it again adds what is missing and nothing else; what
    cannot become a row is kept: `parley rejected list`. What their Firehose could not deliver is read by
    `parley rejected replay --from s3://BUCKET/errors/`.

    \b
    parley import engagement-db s3://engagementdb-events/
    parley compact
    """
    with deployment(data_here) as opened, alone(opened.data, "import") as is_alone:
        if not is_alone:
            raise click.ClickException(f"another import runs on {opened.data}: wait for it")
        importing = Import(opened)
        try:
            _run(importing, where)
        except (UnreadableError, OSError) as error:
            raise click.ClickException(f"{error}; what was written until then stays") from error
    _tell(importing.tally, format_)
    sys.exit(UNREADABLE if importing.tally.unreadable else 0)


def _run(importing: Import, where: str) -> None:
    """With a line that says how far; how much there is to come is not known."""
    parts = SpinnerColumn(), TextColumn("{task.fields[tally].files:,} files, {task.fields[tally].read:,} rows")
    with Progress(*parts, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, tally=importing.tally)
        for tally in importing.run(where):
            progress.update(task, tally=tally)


def _tell(tally: Tally, format_: str) -> None:
    told = asdict(tally)
    if format_ == "json":
        document(told)
        return
    reasons, unreadable = told.pop("reasons"), told.pop("unreadable")
    table([told], "table", empty="")
    table([{"rejected": number, "because": reason} for reason, number in reasons.items()], "table", empty="")
    for reason in unreadable:
        click.echo(lines(f"Error: {reason}"), err=True)
