"""`parley compact`"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import track

from infra.cli.options import data_option, duration, format_option, operated
from infra.cli.tables import table
from infra.operating.on_stage import bucket, is_uri
from transformer.lake.compaction import compact
from transformer.lake.parquet import NewerFileError
from transformer.lake.place import Busy, Place, Replacement


class Duration(click.ParamType[timedelta]):
    """90m, 2h, 3d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = duration(value)
        if found is None:
            self.fail(f"{value!r} is not a duration like 90m, 2h or 3d", param, ctx)
        return found


@click.command(name="compact")
@click.argument("uri", required=False, metavar="[s3://BUCKET/PREFIX]")
@click.option(
    "--older-than",
    type=Duration(),
    default="2h",
    show_default=True,
    help="Only hours that ended so long ago or longer.",
)
@format_option("table", "json")
@data_option
def command(uri: str | None, older_than: timedelta, format_: str, data_here: Path | None) -> None:
    """Merge the lake's small files, hour by hour: the same rows in fewer files.

    The lake is the data folder's or, with a URI or `parley --stage NAME`, a deployed one. It can be read and written
    meanwhile: questions to the folder count each row once; in S3 a row may be there twice for seconds, and the views
    count it once. Stop it at any moment; the next run finishes what this one began.
    """
    place = _named(uri) if uri else _operated(data_here)
    try:
        done = compact(place, datetime.now(UTC) - older_than, _shown)
    except (Busy, NewerFileError, OSError, BotoCoreError, ClientError, pa.ArrowException) as error:
        raise click.ClickException(f"{error} ({type(error).__name__}); what was merged until then stays") from error
    table([{"old_files": done.old_files, "new_files": done.new_files, "finished": done.finished}], format_, empty="")


def _operated(data_here: Path | None) -> Place:
    with operated(data_here, writes=True) as opened:
        return opened.lake()


def _named(uri: str) -> Place:
    if not is_uri(uri):
        raise click.BadParameter(f"{uri!r} is not s3://bucket/prefix", param_hint="URI")
    return bucket(uri)


def _shown(work: Sequence[Replacement]) -> Iterable[Replacement]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    return track(work, "Merging files", console=console, transient=True, disable=not console.is_terminal)
