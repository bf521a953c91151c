"""`parley compact`"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import track

from infra.cli.options import data_option, deployment, existing_folder, format_option, stage
from infra.cli.tables import table
from infra.outputs import LakeOutputs
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder
from transformer.lake.parquet import NewerFileError
from transformer.lake.place import Busy, Place, Replacement

_DURATION = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """90m, 2h, 3d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if not (match := _DURATION.fullmatch(value)):
            self.fail(f"{value!r} is not a duration like 90m, 2h or 3d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


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
    if not uri and (deployed := stage()):
        uri = deployed.outputs(LakeOutputs).lake_uri
    place = _bucket(uri) if uri else _folder(data_here)
    try:
        done = compact(place, datetime.now(UTC) - older_than, _shown)
    except (Busy, NewerFileError, OSError, BotoCoreError, ClientError, pa.ArrowException) as error:
        raise click.ClickException(f"{error} ({type(error).__name__}); what was merged until then stays") from error
    table([{"old_files": done.old_files, "new_files": done.new_files, "finished": done.finished}], format_, empty="")


def _folder(data_here: Path | None) -> Place:
    """The embedded lake, with what its journal holds written."""
    opened = deployment(existing_folder(data_here))
    opened.close()
    return Folder(opened.data / "lake", opened.journal.batches)


def _bucket(uri: str) -> Place:
    if not re.fullmatch(r"s3://[^/]+(/.*)?", uri):
        raise click.BadParameter(f"{uri!r} is not s3://bucket/prefix", param_hint="URI")
    try:
        import boto3  # noqa: PLC0415 - not needed for a folder, nor is what is missing

        from transformer.lake.bucket import Bucket  # noqa: PLC0415
    except ImportError as error:
        raise click.ClickException(f"{error}; a lake in S3 needs: pip install 'parley[local,aws]'") from error
    return Bucket(uri, boto3.Session(), lambda: datetime.now(UTC))


def _shown(work: Sequence[Replacement]) -> Iterable[Replacement]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    return track(work, "Merging files", console=console, transient=True, disable=not console.is_terminal)
