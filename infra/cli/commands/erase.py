"""`parley erase`"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from infra.cli.options import data_option, operated, without_stage
from infra.cli.tables import document, table
from infra.local.deployment import settings_of
from infra.operating.erasure.report import BEYOND_REACH, Report
from infra.operating.on_stage import Kept
from infra.operating.operated import Operated


@click.command(name="erase")
@click.argument("uris", nargs=-1, metavar="[s3://BUCKET/PREFIX]...")
@click.option("--address", required=True, help="A phone number with + and country, or a mail address.")
@click.option("--dry-run", is_flag=True, help="Count what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--table", "table_name", default="", help="A deployment's DynamoDB table.")
@click.option(
    "--mail", type=click.Path(file_okay=False, path_type=Path), help="Where received mails lie (default: DATA/mail)."
)
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
@data_option
def command(  # noqa: PLR0913 - click gives one argument for each option
    address: str,
    uris: tuple[str, ...],
    table_name: str,
    *,
    dry_run: bool,
    yes: bool,
    mail: Path | None,
    format_: str,
    data_here: Path | None,
) -> None:
    """Forget a person: everything kept of one address, words and answers included.

    What others wrote stays; where it names the address, it says [erased]. May be repeated: killed at any point, the
    next run finishes.

    Without a URI and a table: the data folder; stop its server first. With them: a deployment on AWS. Give its lake,
    its error prefix, its mails and the results of its queries as URIs; every version of every object is read. What
    comes in meanwhile is found by another run. `parley --stage NAME erase` knows them all.
    """
    with _kept(uris, table_name, mail, data_here) as kept:
        report = kept.forget(address, dry_run=True)
        if not dry_run:
            if not yes and report.rows():
                table(report.rows(), "table", empty="")
                click.confirm(f"Erase all this of {address} for good?", abort=True, err=True)
            report = kept.forget(address)
    _show(report, format_, done=not dry_run)


@contextmanager
def _kept(
    uris: tuple[str, ...], table_name: str, mail: Path | None, data_here: Path | None
) -> Iterator[Kept | Operated]:
    """What is named, or a whole deployment."""
    if not (uris or table_name):
        with operated(data_here, writes=True, mail=mail) as opened:
            yield opened
        return
    without_stage("--stage says what there is: leave the URIs and --table out")
    if wrong := [uri for uri in uris if not uri.startswith("s3://")]:
        raise click.BadParameter(f"{wrong[0]!r} is not s3://bucket/prefix", param_hint="URI")
    yield Kept(uris, table_name, settings_of(os.environ))


def _show(report: Report, format_: str, *, done: bool) -> None:
    if format_ == "json":
        left = [{"what": what, "expires": when} for what, when in BEYOND_REACH]
        document({"erased": done, "places": report.rows(), "beyond_reach": left})
        return
    table(report.rows(), format_, empty="Nothing is kept of this address.")
    click.echo("\nBeyond reach, and when it is gone:" if done else "\nNothing was changed. Beyond reach:")
    for what, when in BEYOND_REACH:
        click.echo(f"  {what}: {when}")
