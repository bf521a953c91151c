"""`parley query`"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from rich.console import Console

from infra.cli.engines import engine_option
from infra.cli.explained import header_of, statement_of
from infra.cli.exports import as_csv, as_json, as_parquet, named_rows
from infra.cli.options import OutFile, write
from infra.cli.questions import list_questions, parameter, placed
from infra.cli.tables import table
from infra.cli.terminal_chart import show
from queries.asking import Engine
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Value
from queries.charts.values import NO_MEANINGS, ChartError, draw, guess_chart
from queries.engines.athena import AthenaResult, us_dollars
from queries.engines.duckdb import DuckDbEngine
from queries.errors import QueryError
from queries.result import Result

EXPORTS = {"json": as_json, "csv": as_csv, "parquet": as_parquet}


@click.command(name="query")
@click.argument("sql", required=False, metavar="[SQL|NAME|-]")
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of :name; bound, never pasted. A report's parameter has the type its header says, another is text"
    " unless written NAME:bigint=5 or NAME:double=0.5.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", *EXPORTS, "chart"]),
    help="CSV is as it was said: let a spreadsheet read it as text.  [default: table]",
)
@click.option("--out", type=OutFile(), help="Write a file; its ending is the format.")
@click.option("--explain", is_flag=True, help="Run nothing: show the statement as it would be run, and its plan.")
@engine_option
def command(
    engine: Callable[[], Engine],
    sql: str | None,
    parameters: tuple[str, ...],
    format_: str | None,
    out: Path | None,
    explain: bool,
) -> None:
    """Ask the lake: Athena SQL, or the name of a shipped question. Without an argument: what there is to ask.

    CREATE VIEW keeps a view of your own, in the database of AWS's sample: docs/compatibility.md.

    \b
    parley query delivery_by_turn
    parley query volume_by_hour -p from_hour=2026/07/01/00 --format chart
    parley query "SELECT channel, count(*) FROM events GROUP BY 1" --out channels.csv
    parley query - --engine athena < question.sql
    """
    catalogue = Catalogue.shipped()
    format_ = _format(format_, out)
    if sql is None:
        table(list_questions(catalogue), format_ if format_ == "json" else "table", empty="")
        return
    text = sys.stdin.read() if sql == "-" else sql
    try:
        bound = dict(parameter(each) for each in parameters)
        if explain:
            _explain(engine(), text, bound, catalogue)
            return
        result = engine().query(text, bound)
    except QueryError as error:
        raise click.ClickException(placed(error, text, catalogue)) from error
    _tell_cost(result)
    _give(result, text, format_, out, catalogue)


def _format(wanted: str | None, out: Path | None) -> str:
    """As wanted, or by the file's ending."""
    ending = out.suffix.removeprefix(".") if out else ""
    if wanted is None and out and ending not in EXPORTS:
        raise click.BadParameter(f"ends in none of .{', .'.join(EXPORTS)}", param_hint="--out")
    chosen = wanted or ending or "table"
    if out and chosen not in EXPORTS:
        raise click.BadParameter(f"a {chosen} is for the terminal", param_hint="--format")
    if chosen == "parquet" and not out and sys.stdout.isatty():
        raise click.BadParameter("Parquet is no text: give --out FILE", param_hint="--format")
    return chosen


def _give(result: Result, text: str, format_: str, out: Path | None, catalogue: Catalogue) -> None:
    if export := EXPORTS.get(format_):
        content = export(result)
        if out:
            write(out, content)
            click.echo(f"{len(result.rows)} rows in {out}", err=True)
        else:
            click.echo(content, nl=False)
    elif format_ == "chart":
        _draw(result, text, catalogue)
    else:
        table(named_rows(result), "table", empty="No rows.")


def _draw(result: Result, text: str, catalogue: Catalogue) -> None:
    entry = catalogue.entries.get(text.strip().lower())
    console = Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=110)
    try:
        chart = (entry.chart if entry else None) or guess_chart(result)
        show(
            console,
            entry.title if entry else " ".join(text.split()),
            draw(chart, result, entry.columns if entry else NO_MEANINGS),
        )
    except ChartError as error:
        raise click.ClickException(str(error)) from error


def _explain(engine: Engine, text: str, bound: Mapping[str, Value], catalogue: Catalogue) -> None:
    statement = statement_of(text, bound, catalogue, engine.sample)
    if statement is None:
        raise click.UsageError("There is nothing to explain about what lists tables or columns.")
    click.echo(f"{header_of(text, catalogue)}{statement}\n")
    for row in engine.query(f"EXPLAIN {statement}").rows:
        click.echo(str(row[-1]))
    if isinstance(engine, DuckDbEngine):
        size = engine.bytes_read(text, bound)
        click.echo(f"Reads about {size / 1024**2:,.1f} MB; the same files on Athena: about ${us_dollars(size):.6f}.")


def _tell_cost(result: Result) -> None:
    if isinstance(result, AthenaResult):
        cost = "an answer from before, free" if result.reused else f"${result.us_dollars:.6f}"
        scanned = f"{result.bytes_scanned / 1024**2:,.1f} MB scanned"
        click.echo(f"{scanned}, {cost}; execution {result.execution_id}", err=True)
