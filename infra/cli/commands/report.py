"""`parley report`"""

import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.cli.engines import engine_option
from infra.cli.options import OutFile, data_folder, write
from infra.cli.tables import cell
from infra.operating.report.answered import Answered, answer
from infra.operating.report.outline import OUTLINE
from infra.operating.report.page import render
from infra.operating.report.period import DEFAULT, Period, period
from queries.asking import Engine
from queries.catalogue.entries import Catalogue
from queries.engines.cost import AthenaResult
from queries.errors import QueryError

_HOUR = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H"])
_EXTENT = "SELECT min(hour) AS first, max(hour) AS last FROM events"


@click.command(name="report")
@click.option("--from", "first", type=_HOUR, help="The first hour that counts, UTC.  [default: 7 days before --until]")
@click.option("--until", type=_HOUR, help="The first hour that no longer counts, UTC.  [default: the next hour]")
@click.option(
    "--out",
    type=OutFile(),
    default="report.html",
    show_default=True,
    help="The file; one that is there is replaced.",
)
@engine_option
def command(engine: Callable[[], Engine], first: datetime | None, until: datetime | None, out: Path) -> None:
    """Write a page about a period: key figures, charts and tables; for any browser, without a network, to print.

    It answers every shipped question that needs nothing but a period. One that cannot be answered costs no other: the
    page says so, and the exit status is 1.

    \b
    parley report
    parley --data demo report
    parley report --from 2026-07-01 --until 2026-08-01 --out july.html
    """
    now = datetime.now(UTC)
    try:
        asked_for = period(first, until, now)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    asked = engine()
    answers = _ask(asked, asked_for)
    hint = _hint(asked) if not any(each.result.rows for each in answers.values()) else ""
    page = render(answers, asked_for, now, hint)
    write(out, page.encode())
    _tell(out, asked_for, answers, hint)


def _ask(engine: Engine, asked_for: Period) -> dict[str, Answered]:
    """Every question of the outline, with a bar that shows how far."""
    entries = Catalogue.shipped().entries
    names = [name for chapter in OUTLINE for name in chapter.questions]
    parts = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    answers = {}
    console = Console(stderr=True)
    with Progress(*parts, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(names))
        for name in names:
            progress.update(task, description=entries[name].title)
            answers[name] = answer(engine, entries[name], asked_for)
            progress.advance(task)
    return answers


def _hint(engine: Engine) -> str:
    """Where there is something to see instead; "" where there is nothing at all, or that cannot be told."""
    try:
        ((earliest, latest),) = engine.query(_EXTENT).rows
    except QueryError:
        return ""  # what is wrong is on the page already, question by question
    if not (earliest and latest):
        return "It has no events at all."
    return f"Its events arrived between {earliest!s} and {latest!s}: {_command(str(earliest), str(latest))}"


def _command(earliest: str, latest: str) -> str:
    """What shows the last of them: `parley report` with a period of seven days at most, to the end of the last day."""
    first, last = (datetime.strptime(each[:10], "%Y/%m/%d").replace(tzinfo=UTC) for each in (earliest, latest))
    until = last + timedelta(days=1)
    given = click.get_current_context().find_root().params
    where = f" --stage {given['stage']}" if given.get("stage") else f" --data {shlex.quote(str(data_folder(None)))}"
    return f"parley{where} report --from {max(first, until - DEFAULT):%Y-%m-%d} --until {until:%Y-%m-%d}"


def _tell(out: Path, asked_for: Period, answers: Mapping[str, Answered], hint: str) -> None:
    costs = [each.result for each in answers.values() if isinstance(each.result, AthenaResult)]
    if costs:
        scanned = sum(each.bytes_scanned for each in costs) / 1024**2
        click.echo(f"{scanned:,.1f} MB scanned, ${sum(each.us_dollars for each in costs):.6f}", err=True)
    if hint:
        click.echo(f"No rows in this period. {hint}", err=True)
    click.echo(f"{asked_for.words}: {len(answers)} questions in {out}")
    problems = [each for each in answers.values() if each.problem]
    for each in problems:
        click.secho(cell(f"{each.entry.name}: {each.problem}"), fg="red", err=True)
    if problems:
        raise click.exceptions.Exit(1)
