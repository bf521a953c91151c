"""`parley erase`"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import click
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from infra.cli.options import data_option, deployment, existing_folder, stage
from infra.cli.tables import table
from infra.local.deployment import alone
from infra.operating.erasure import deployed, erasing
from infra.operating.erasure.report import BEYOND_REACH, Report
from infra.operating.stage import Stage
from infra.outputs import HubOutputs, LakeOutputs
from orchestrator.settings import Settings
from transformer.lake.place import Busy
from transformer.redaction.configured import pseudonyms

Erasure: TypeAlias = Callable[[bool], Report]  # given whether it is a dry run


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
    with _erasure(address, uris, table_name, mail, data_here) as erasure:
        report = erasure(True)
        if not dry_run:
            if not yes and report.rows():
                table(report.rows(), "table", empty="")
                click.confirm(f"Erase all this of {address} for good?", abort=True, err=True)
            report = erasure(False)
    _show(report, format_, done=not dry_run)


@contextmanager
def _erasure(
    address: str, uris: tuple[str, ...], table_name: str, mail: Path | None, data_here: Path | None
) -> Iterator[Erasure]:
    """What erases, or only counts."""
    if deployed_stage := stage():
        if uris or table_name:
            raise click.UsageError("--stage says what there is: leave the URIs and --table out")
        yield _deployed(address, *_everything(deployed_stage), deployed_stage.settings())
        return
    if uris or table_name:
        yield _deployed(address, uris, table_name, Settings.read(os.environ))
        return
    data = existing_folder(data_here)
    with alone(data) as is_alone:
        if not is_alone:
            raise click.ClickException(f"a server is running on {data}: stop it first")
        with deployment(data) as opened:
            yield lambda dry_run: erasing.erase(opened, address, mail or data / "mail", dry_run=dry_run)


def _everything(of: Stage) -> tuple[tuple[str, ...], str]:
    """Where a deployment keeps words and addresses: URIs, and the table."""
    lake, hub = of.outputs(LakeOutputs), of.find(HubOutputs)
    uris = (lake.lake_uri, lake.errors_uri, lake.results_uri, *((hub.mail_uri,) if hub and hub.mail_uri else ()))
    return uris, hub.conversations_table_name if hub else ""


def _deployed(address: str, uris: tuple[str, ...], table_name: str, settings: Settings) -> Erasure:
    if wrong := [uri for uri in uris if not uri.startswith("s3://")]:
        raise click.BadParameter(f"{wrong[0]!r} is not s3://bucket/prefix", param_hint="URI")
    ours = (*settings.email_addresses, *settings.redaction_keep)

    def erasure(dry_run: bool) -> Report:
        try:
            names = pseudonyms(settings.pseudonym_key)
            return deployed.erase(address, uris, table_name, ours=ours, pseudonyms=names, dry_run=dry_run)
        except (Busy, BotoCoreError, ClientError) as error:
            raise click.ClickException(f"{error} ({type(error).__name__}); run it again to finish") from error

    return erasure


def _show(report: Report, format_: str, *, done: bool) -> None:
    if format_ == "json":
        left = [{"what": what, "expires": when} for what, when in BEYOND_REACH]
        click.echo(msgspec.json.encode({"erased": done, "places": report.rows(), "beyond_reach": left}))
        return
    table(report.rows(), format_, empty="Nothing is kept of this address.")
    click.echo("\nBeyond reach, and when it is gone:" if done else "\nNothing was changed. Beyond reach:")
    for what, when in BEYOND_REACH:
        click.echo(f"  {what}: {when}")
