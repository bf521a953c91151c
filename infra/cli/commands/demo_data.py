"""`parley demo-data`"""

import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.cli.options import data_folder, data_option
from infra.local.demo.month import Month
from infra.local.deployment import alone

_ROWS = """
SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM conversations) + (SELECT count(*) FROM rejected) AS n
"""


@click.command(name="demo-data")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True)
@click.option("--turns-per-day", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed and the same days give the same rows."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day after the last one.  [default: today, so that a report finds its last days]",
)
@data_option
def command(days: int, turns_per_day: int, seed: int, until: datetime | None, data_here: Path | None) -> None:
    """Fill a new data folder with made-up customers, to try questions and reports on.

    Three organisations, three channels, two languages, campaigns, failures, opt-outs, late and duplicate events:
    everything goes through the real hub and transformer, by a clock of its own.

    \b
    parley --data demo demo-data
    parley --data demo report
    """
    data = data_folder(data_here)
    end = until or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with alone(data) as is_alone:
        if not is_alone or (data / "parley.sqlite3").exists():
            raise click.ClickException(f"{data} is in use already; name a new folder: parley --data demo demo-data")
        month = Month(data, seed=seed, until=end.replace(tzinfo=UTC), days=days, turns_per_day=turns_per_day)
        began = time.monotonic()
        with month.deployment as deployment:
            _run(month, days)
            turns = deployment.store.conversations.counts()["turns"]
    ((rows,),) = month.deployment.engine().query(_ROWS).rows
    rate = turns / (time.monotonic() - began)
    click.echo(f"{turns:,} turns and {rows:,} rows in {data}, {rate:,.0f} turns a second")
    click.echo(f"Next: parley --data {data} report", err=True)


def _run(month: Month, days: int) -> None:
    """Live it, with a bar that shows how far."""
    parts = BarColumn(), MofNCompleteColumn(), TextColumn("days"), TimeRemainingColumn()
    with Progress(*parts, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=days)
        for day in month.run():
            progress.update(task, completed=day)
