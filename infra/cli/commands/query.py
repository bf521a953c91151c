"""`parley query`"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import click

from infra.cli.engines import engine_option
from infra.cli.explained import header_of, statement_of
from infra.cli.exports import EXPORTS, named_rows, write_lines, write_raw_csv
from infra.cli.options import OutFile, writing
from infra.cli.questions import PERIOD, list_functions, list_questions, parameter, placed
from queries.asking import Engine
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Value
from queries.engines.cost import AthenaAnswer, us_dollars
from queries.errors import QueryError
from queries.result import Answer

SHOWN = 100  # rows on a terminal


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
    help="[default: table]",
)
@click.option("--out", type=OutFile(), help="Write a file; its ending is the format.")
@click.option("--raw", is_flag=True, help="CSV for programs: texts that begin like a formula as they are.")
@click.option("--explain", is_flag=True, help="Run nothing: show the statement as it would be run, and its plan.")
@click.option("--functions", is_flag=True, help="The functions that there are here, with their forms.")
@engine_option
def command(  # noqa: PLR0913  # as many as there are options
    *,
    engine: Callable[[], Engine],
    sql: str | None,
    parameters: tuple[str, ...],
    format_: str | None,
    out: Path | None,
    raw: bool,
    explain: bool,
    functions: bool,
) -> None:
    """Ask the lake: Athena SQL, or the name of a shipped question. Without an argument: what there is to ask.

    A terminal shows the first 100 rows of a table; a pipe gets all of them, with a tab between cells. CREATE VIEW keeps
    a view of your own, in the database of AWS's sample: docs/compatibility.md.

    \b
    parley query delivery_by_turn
    parley query volume_by_hour -p from_hour=2026/07/01/00 --format chart
    parley query "SELECT channel, count(*) FROM events GROUP BY 1" --out channels.csv
    parley query - --engine athena < question.sql
    """
    catalogue = Catalogue.shipped()
    format_ = _format(format_, out)
    if raw and format_ != "csv":
        raise click.BadParameter("is for CSV, where alone texts are marked", param_hint="--raw")
    if sql is None or functions:
        unsaid = () if format_ == "json" else PERIOD
        _list(list_functions() if functions else list_questions(catalogue, unsaid=unsaid), format_)
        return
    text = sys.stdin.read() if sql == "-" else sql
    try:
        bound = dict(parameter(each) for each in parameters)
        if explain:
            _explain(engine(), text, bound, catalogue)
            return
        with engine().answer(text, bound) as answer:
            _tell_cost(answer)
            if format_ in EXPORTS:
                _export(answer, format_, raw, out)
            else:
                _give(answer, text, format_, catalogue)
    except QueryError as error:
        raise click.ClickException(placed(error, text, catalogue)) from error


def _list(rows: Sequence[Mapping[str, object]], format_: str) -> None:
    from infra.cli.tables import table  # noqa: PLC0415  # rich, only where a table is shown

    table(rows, "json" if format_ == "json" else "table", empty="")


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


def _export(answer: Answer, format_: str, raw: bool, out: Path | None) -> None:
    export = write_raw_csv if raw else EXPORTS[format_]
    if out:
        with writing(out) as file:
            count = export(answer, file)
        click.echo(f"{count:,} {'row' if count == 1 else 'rows'} in {out}", err=True)
    elif format_ == "parquet" or not sys.stdout.isatty():
        export(answer, sys.stdout.buffer)
    else:
        from infra.cli.tables import Visible  # noqa: PLC0415

        export(answer, cast("BinaryIO", Visible(sys.stdout.buffer)))  # of a file it is all that is used


def _give(answer: Answer, text: str, format_: str, catalogue: Catalogue) -> None:
    if format_ == "chart":
        _draw(answer, text, catalogue)
    elif sys.stdout.isatty():
        _show(answer)
    elif not write_lines(answer, sys.stdout.buffer):
        click.echo("No rows.", err=True)


def _show(answer: Answer) -> None:
    """A screen's worth; the others are counted and not made."""
    from infra.cli.tables import table  # noqa: PLC0415

    shown, rest = answer.first(SHOWN)
    table(named_rows(answer.columns, shown), "table", empty="No rows.")
    if rest:
        click.echo(f"the first {len(shown):,} of {len(shown) + rest:,} rows; --out FILE writes all", err=True)


def _draw(answer: Answer, text: str, catalogue: Catalogue) -> None:
    from infra.cli.terminal_chart import console, show  # noqa: PLC0415
    from queries.charts.values import NO_MEANINGS, ChartError, draw, guess_chart  # noqa: PLC0415

    result = answer.whole()
    entry = catalogue.entries.get(text.strip().lower())
    try:
        chart = (entry.chart if entry else None) or guess_chart(result)
        show(
            console(),
            entry.title if entry else " ".join(text.split()),
            draw(chart, result, entry.columns if entry else NO_MEANINGS),
        )
    except ChartError as error:
        raise click.ClickException(str(error)) from error


def _explain(engine: Engine, text: str, bound: Mapping[str, Value], catalogue: Catalogue) -> None:
    from queries.engines.duckdb import DuckDbEngine  # noqa: PLC0415

    statement = statement_of(text, bound, catalogue, engine.sample)
    if statement is None:
        raise click.UsageError("There is nothing to explain about what lists tables or columns.")
    click.echo(f"{header_of(text, catalogue)}{statement}\n")
    for row in engine.query(f"EXPLAIN {statement}").rows:
        click.echo(str(row[-1]))
    if isinstance(engine, DuckDbEngine):
        size = engine.bytes_read(text, bound)
        click.echo(f"Reads about {size / 1024**2:,.1f} MB; the same files on Athena: about ${us_dollars(size):.6f}.")


def _tell_cost(answer: Answer) -> None:
    if isinstance(answer, AthenaAnswer):
        cost = "an answer from before, free" if answer.reused else f"${answer.us_dollars:.6f}"
        scanned = f"{answer.bytes_scanned / 1024**2:,.1f} MB scanned"
        click.echo(f"{scanned}, {cost}; execution {answer.execution_id}", err=True)
