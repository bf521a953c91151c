"""`parley rejected`"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from infra.cli.options import data_option, duration, format_option, operated
from infra.cli.tables import table
from infra.operating.objects import UnreadableError
from infra.operating.operated import Operated
from infra.operating.replay.originals import BEGINNING, Original, of_files
from infra.operating.replay.replaying import Plan, Target, plan, replay
from infra.operating.replay.targets import StreamTarget
from transformer.put_back import PutBackError

Command = TypeVar("Command", bound=Callable[..., Any])


class Since(click.ParamType[datetime]):
    """A moment: a date, a time in ISO 8601 (UTC unless it says otherwise), or how long ago: 90m, 36h, 7d."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        if (ago := duration(value)) is not None:
            return datetime.now(UTC) - ago
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a time like 2026-03-01T10:00 nor how long ago, like 36h", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def which(command: Command) -> Command:
    """Which originals a command is about."""
    where = click.option(
        "--from",
        "where",
        metavar="s3://BUCKET/PREFIX | PATH",
        help="Firehose's error objects, or Parquet files of a lake. Otherwise the error objects of `parley --stage`,"
        " or the embedded lake.",
    )
    since = click.option("--since", type=Since(), default=BEGINNING, help="2026-03-01, 2026-03-01T10:00, 36h, 7d, …")
    return where(since(command))


@click.group(name="rejected")
def command() -> None:
    """What could not become a row: byte for byte, with the reason, until it can."""


@command.command(name="list")
@which
@format_option("table", "json")
@data_option
def list_(where: str | None, since: datetime, format_: str, data_here: Path | None) -> None:
    """What was rejected, oldest first, and what a replay would do with it today."""
    with operated(data_here, may_be_new=bool(where)) as opened, _troubles():
        planned = list(plan(_originals(opened, where, since), opened.target()))
    _show(planned, format_)


@command.command()
@click.argument("event_id")
@which
@click.option("--raw", is_flag=True, help="The bytes as they came, and nothing else.")
@data_option
def show(event_id: str, where: str | None, since: datetime, raw: bool, data_here: Path | None) -> None:
    """One of them whole."""
    with operated(data_here, may_be_new=bool(where)) as opened, _troubles():
        (found,) = _named(_originals(opened, where, since), (event_id,))
        (planned,) = plan([found], opened.target())
    if raw:
        click.echo(found.body, nl=False)
        return
    table([_row(planned) | {"original": found.body.decode("utf-8", "backslashreplace")}], "table", empty="")


@command.command(name="replay")
@click.argument("event_ids", nargs=-1, metavar="[EVENT_ID…]")
@which
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--events-stream", metavar="NAME", help="A deployment's Firehose stream to put events back on.")
@click.option("--conversations-stream", metavar="NAME", help="The same for conversations.")
@click.option("--inbound-queue", metavar="URL", help="A deployment's SQS queue for what the hub had rejected.")
@format_option("table", "json")
@data_option
def replay_(  # noqa: PLR0913  # as many as there are options
    *,
    event_ids: tuple[str, ...],
    where: str | None,
    since: datetime,
    dry_run: bool,
    events_stream: str | None,
    conversations_stream: str | None,
    inbound_queue: str | None,
    format_: str,
    data_here: Path | None,
) -> None:
    """Put back what would become rows today; all of it, or those named. Doing it twice gives the same lake.

    What the hub had rejected goes to the hub, and is answered. Without a stream, everything goes to the deployment of
    `parley --stage NAME`, or to the embedded one.
    """
    streams = {"events": events_stream, "conversations": conversations_stream}
    given = {name: stream for name, stream in streams.items() if stream}
    named = _named_target(given, inbound_queue or "")
    with operated(data_here, writes=not (dry_run or named), may_be_new=bool(where)) as opened, _troubles():
        target = named or opened.target()
        originals = _named(_originals(opened, where, since), event_ids)
        done = list((plan if dry_run else replay)(originals, target))
    _show(done, format_)


def _named_target(streams: Mapping[str, str], inbound_queue: str) -> Target | None:
    """What the options name; None where they name nothing."""
    if not (streams or inbound_queue):
        return None
    return StreamTarget(boto3.client("firehose"), streams, boto3.client("sqs"), inbound_queue)


def _originals(opened: Operated, where: str | None, since: datetime) -> Sequence[Original]:
    return of_files(where, since) if where else opened.rejected(since)


def _named(originals: Iterable[Original], event_ids: tuple[str, ...]) -> list[Original]:
    """Those named; all where none is."""
    found = {original.event_id: original for original in originals}
    for each in event_ids:
        if each not in found:
            raise click.ClickException(f"{each} was not rejected; `parley rejected list` shows what was")
    return [found[each] for each in event_ids or found]


def _show(plans: Sequence[Plan], format_: str) -> None:
    """As a table, why a replay would end the same is not said twice."""
    rows = [_row(each) for each in plans]
    if format_ == "table":
        rows = [row | {"because": "" if row["because"] == row["reason"] else row["because"]} for row in rows]
    table(rows, format_, empty="Nothing was rejected.", left_out_if_empty=("because",))


def _row(planned: Plan) -> dict[str, object]:
    original = planned.original
    return {
        "event_id": original.event_id,
        "received": "" if original.received_at == BEGINNING else original.received_at.isoformat(timespec="seconds"),
        "stage": original.stage,
        "source": original.source,
        "reason": original.reason,
        "replay": planned.verdict,
        "because": planned.reason,
    }


@contextmanager
def _troubles() -> Iterator[None]:
    """What is wrong outside is a message. What had been put back by then is there, and is not put back again."""
    try:
        yield
    except (UnreadableError, PutBackError, BotoCoreError, ClientError) as error:
        raise click.ClickException(str(error)) from error
