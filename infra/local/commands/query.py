"""`parley query`"""

from pathlib import Path

import click

from infra.local.commands.options import data_option, deployment, format_option
from infra.local.commands.tables import table
from queries.errors import QueryError


@click.command(name="query")
@click.argument("sql", required=False)
@click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the query; bound, never pasted."
)
@format_option("table", "json")
@data_option
def command(sql: str | None, parameters: tuple[str, ...], format_: str, data_here: Path | None) -> None:
    """Ask the lake: Athena SQL, or the name of a shipped question. Without an argument: what there is to ask.

    \b
    parley query delivery_by_turn
    parley query "SELECT channel, count(*) FROM events GROUP BY 1"
    """
    opened = deployment(data_here)
    engine = opened.engine()
    opened.close()
    try:
        result = engine.query(sql or "SHOW TABLES", _bound(parameters))
    except QueryError as error:
        raise click.ClickException(str(error)) from error
    rows = [dict(zip(result.column_names, row, strict=True)) for row in result.rows]
    table(rows, format_, empty="No rows.")


def _bound(parameters: tuple[str, ...]) -> dict[str, str]:
    bound = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.BadParameter(f"{parameter!r} is not NAME=VALUE", param_hint="-p")
        bound[name] = value
    return bound
