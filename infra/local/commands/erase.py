"""`parley erase`"""

from contextlib import closing
from pathlib import Path

import click
import msgspec

from infra.local.commands.options import data_option, deployment
from infra.local.commands.tables import table
from infra.local.deployment import alone
from infra.local.erasure.erasing import erase
from infra.local.erasure.report import BEYOND_REACH, Report


@click.command(name="erase")
@click.option("--address", required=True, help="A phone number with + and country, or a mail address.")
@click.option("--dry-run", is_flag=True, help="Count what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--mail", type=click.Path(file_okay=False, path_type=Path), help="Where received mails lie (default: DATA/mail)."
)
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
@data_option
def command(address: str, *, dry_run: bool, yes: bool, mail: Path | None, format_: str, data_here: Path | None) -> None:
    """Forget a person: everything kept of one address, words and answers included.

    Rows of others that name the address keep everything else. Stop the server first. May be repeated: killed at any
    point, the next run finishes.
    """
    data = data_here or click.get_current_context().find_object(Path) or Path(".parley")
    with alone(data) as is_alone:
        if not is_alone:
            raise click.ClickException(f"a server is running on {data}: stop it first")
        with closing(deployment(data)) as opened:
            report = erase(opened, address, mail or data / "mail", dry_run=True)
            if not dry_run:
                if not yes and report.rows():
                    table(report.rows(), "table", empty="")
                    click.confirm(f"Erase all this of {address} for good?", abort=True, err=True)
                report = erase(opened, address, mail or data / "mail")
    _show(report, format_, done=not dry_run)


def _show(report: Report, format_: str, *, done: bool) -> None:
    if format_ == "json":
        left = [{"what": what, "expires": when} for what, when in BEYOND_REACH]
        click.echo(msgspec.json.encode({"erased": done, "places": report.rows(), "beyond_reach": left}))
        return
    table(report.rows(), format_, empty="Nothing is kept of this address.")
    click.echo("\nBeyond reach, and when it is gone:" if done else "\nNothing was changed. Beyond reach:")
    for what, when in BEYOND_REACH:
        click.echo(f"  {what}: {when}")
