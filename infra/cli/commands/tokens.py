"""`parley tokens`"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import click

from infra.cli.options import data_folder, data_option, existing_folder, format_option, without_stage
from infra.cli.tables import table
from orchestrator.api.callers import Scope, new_token

if TYPE_CHECKING:
    from pathlib import Path

SCOPES = get_args(Scope)


@click.group(name="tokens")
def command() -> None:
    """The programs that may call the API of this machine: each has a name, a token, and scopes."""
    without_stage("parley tokens keeps those of a data folder; a stage knows its callers by IAM")


@command.command(name="add")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(get_args(Scope)), help="Again for more."
)
@data_option
def add(name: str, scopes: tuple[Scope, ...], data_here: Path | None) -> None:
    """Make a token and print it, once: only its hash is kept.

    \b
      parley tokens add shop --scope send --scope read
    """
    import msgspec  # noqa: PLC0415

    from infra.local.tokens import Tokens  # noqa: PLC0415
    from orchestrator.api.callers import CallerName  # noqa: PLC0415

    try:
        msgspec.convert(name, CallerName)
    except msgspec.ValidationError as error:
        raise click.UsageError(f"{name!r} is no name: letters, digits, and - _ . between them") from error
    data = data_folder(data_here)
    data.mkdir(parents=True, exist_ok=True)
    token, entry = new_token(name, dict.fromkeys(scopes), datetime.now(UTC))
    Tokens(data).add(entry)
    click.echo(token)


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """Whose tokens are known."""
    from infra.local.tokens import Tokens  # noqa: PLC0415

    rows = [
        {
            "name": each.name,
            "scopes": ", ".join(each.scopes),
            "tenant": each.tenant,
            "made": f"{each.created_at:%Y-%m-%d %H:%M}" if each.created_at else "",
        }
        for each in Tokens(existing_folder(data_here)).entries()
    ]
    table(rows, format_, empty="no tokens yet: parley tokens add NAME --scope send")


@command.command(name="remove")
@click.argument("name")
@data_option
def remove(name: str, data_here: Path | None) -> None:
    """Let a program call no more. It takes effect at once, a running server included."""
    from infra.local.tokens import Tokens  # noqa: PLC0415

    if not Tokens(existing_folder(data_here)).remove(name):
        raise click.ClickException(f"there is no token {name}")
    click.echo(f"{name} may call no more")
