"""`parley evaluate`"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.cli.options import OutFile, data_option, duration, format_option, to_read, write
from infra.cli.tables import document, table
from infra.local.deployment import Deployment
from infra.operating.evaluation.asking import ask_all
from infra.operating.evaluation.cases import Case, CaseError, cases
from infra.operating.evaluation.comparing import Evaluation, Figures, Price, Run, evaluation
from infra.operating.evaluation.judge import Judge
from infra.operating.evaluation.judging import is_grounded
from infra.operating.evaluation.page import render
from infra.operating.evaluation.recorded import recorded
from infra.operating.evaluation.sources import Sources
from orchestrator.answerers.answerer import Answerer
from orchestrator.errors import ParleyError
from queries.errors import QueryError

WORSE = 1  # the exit status; what click refuses has 2


class Names(click.ParamType[tuple[str, ...]]):
    """Answerers in the order in which they are asked, with commas between."""

    name = "names"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip()) or self.fail("names nobody", param, ctx)


class Ago(click.ParamType[timedelta]):
    """90m, 2h or 3d."""

    name = "duration"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        return duration(value) or self.fail(f"{value!r} is not like 90m, 24h or 7d", param, ctx)


class PriceOf(click.ParamType[tuple[str, Price]]):
    """An answerer's name, and what a million tokens cost."""

    name = "price"

    def convert(
        self, value: str | tuple[str, Price], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Price]:
        if isinstance(value, tuple):
            return value
        name, _, prices = value.partition("=")
        try:
            read, written = (float(price) for price in prices.split(","))
        except ValueError:
            self.fail(f"{value!r} is not like language_model=3,15", param, ctx)
        if not (name and 0 <= read < float("inf") and 0 <= written < float("inf")):
            self.fail(f"{value!r} is not like language_model=3,15", param, ctx)
        return name, Price(read, written)


@click.command(name="evaluate")
@click.argument("file", metavar="[SET]", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from-lake",
    "ago",
    type=Ago(),
    metavar="DURATION",
    help="In place of SET: what people asked in the last 90m, 24h or 7d; what they were answered is the reference.",
)
@click.option("--answerers", type=Names(), metavar="A", help="Who is asked, as in PARLEY_ANSWERERS.  [default: its]")
@click.option("--against", type=Names(), metavar="B", help="Others, to compare with.")
@click.option("--min-right", type=click.FloatRange(0, 1), metavar="SHARE", help="From 0 to 1: see exit status.")
@click.option(
    "--price",
    "prices",
    type=PriceOf(),
    multiple=True,
    metavar="NAME=IN,OUT",
    help="US dollars for a million tokens that an answerer reads and writes; may be repeated.",
)
@click.option(
    "--judge",
    "model_id",
    envvar="PARLEY_JUDGE",
    show_envvar=True,
    metavar="MODEL",
    help="A model that says, beside the quotations, whether answers rest on their sources; its tokens are not in cost.",
)
@click.option("--at-once", type=click.IntRange(1, 32), default=4, show_default=True, help="How many are asked at once.")
@click.option("--html", type=OutFile(), help="Write a page with the figures and every difference.")
@format_option("table", "json")
@data_option
def command(  # noqa: PLR0913  # as many as there are options
    *,
    file: Path | None,
    ago: timedelta | None,
    answerers: tuple[str, ...] | None,
    against: tuple[str, ...] | None,
    min_right: float | None,
    prices: tuple[tuple[str, Price], ...],
    model_id: str | None,
    at_once: int,
    html: Path | None,
    format_: str,
    data_here: Path | None,
) -> None:
    """Ask answerers the questions of SET, and count what they answer right, wrong, or pass.

    SET is CSV with a header, or JSON lines (.jsonl), in UTF-8. Its columns, or keys:

    \b
    question   what a customer would write
    expected   optional: sources, by title, address or file name, one of which
               must be cited; several with | between, or a list
    contains   optional: words that the answer must have, each of them; as above
    reference  optional: an answer to liken it to, where neither is given
    language   optional: en or es; else it is told from the question

    Where nothing is expected, an answer is wrong and a pass is as it should be.

    Groundedness is the share of answers whose quotations stand in the sources they cite. Cost is of tokens at the
    given price; it is unknown where an answerer that may need a model has none.

    \b
    Exit status:
      0  good
      1  worse than B: more wrong answers, or fewer questions answered or passed
         as expected; or that share of all questions is below --min-right
      2  not judged: an option, SET or a setting is wrong, or the data cannot be
         read

    With --format json: {"n", "right", "wrong", "passed", "rightly_passed", "failed", "cost", "latency_ms",
    "groundedness", "answerers", "against", "differences"}. Differences are what is not as expected, or, with
    --against, what became otherwise.

    \b
    parley evaluate questions.csv --min-right 0.8
    parley evaluate questions.csv --answerers documents,language_model \\
        --against documents --price language_model=3,15 --html differences.html
    parley evaluate --from-lake 7d --answerers language_model
    """
    if (file is None) == (ago is None):
        raise click.UsageError("give either a SET of questions or --from-lake")
    with _nothing_judged(), to_read(data_here) as opened:
        set_ = _of_file(file) if file else _of_lake(opened, ago or timedelta())
        asked = opened.answerers(answerers or ())
        others = opened.answerers(against) if against else None
        run, compared = _run(set_, asked, at_once), _run(set_, others, at_once) if others else None
        judge = Judge(opened.model(model_id)) if model_id else None
        grounds = judge.is_grounded if judge else is_grounded
        result = evaluation(set_, run, compared, dict(prices), Sources(opened.documents), grounds)
        if html:
            write(html, render(result, datetime.now(UTC)).encode())
    _tell(result, format_)
    if judge and judge.silent:
        click.echo(f"{model_id} did not judge {judge.silent} of the answers: they are not in groundedness.", err=True)
    if result.is_worse or (min_right is not None and result.share_as_expected < min_right):
        raise click.exceptions.Exit(WORSE)


@contextmanager
def _nothing_judged() -> Iterator[None]:
    """A pipeline is to tell what could not be judged from what is worse: the exit status is 2 for all of it."""
    try:
        yield
    except (ParleyError, QueryError) as error:
        raise click.UsageError(str(error)) from error
    except click.ClickException as error:
        raise click.UsageError(error.message) from error


def _of_file(file: Path) -> list[Case]:
    try:
        found = list(cases(file))
    except CaseError as error:
        raise click.UsageError(f"{file}: {error}") from error
    if not found:
        raise click.UsageError(f"{file}: it has no question")
    return found


def _of_lake(opened: Deployment, ago: timedelta) -> list[Case]:
    found = recorded(opened.engine(), datetime.now(UTC) - ago)
    if not found:
        raise click.UsageError("nobody asked anything in that time; --from-lake 30d looks further back")
    return found


def _run(set_: Sequence[Case], answerers: Sequence[Answerer], at_once: int) -> Run:
    """With a bar that shows how far, on a terminal."""
    names = tuple(each.name for each in answerers)
    console = Console(stderr=True)
    parts = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    with Progress(*parts, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(", ".join(names), total=len(set_))
        return Run(names, ask_all(set_, answerers, at_once, lambda: progress.advance(task)))


def _tell(result: Evaluation, format_: str) -> None:
    if format_ == "json":
        document(result)
        return
    rows = [
        {
            "row": each.row,
            "question": each.question,
            "expected": each.expected or "a pass",
            "outcome": each.answered.outcome,
            **({"against": each.against.outcome} if each.against else {}),
            "why": each.answered.why,
        }
        for each in result.differences
    ]
    if rows:
        table(rows, format_, empty="")
        click.echo()
    table([_row(each) for each in (result, result.against) if each], format_, empty="")


def _row(figures: Figures) -> dict[str, object]:
    latency = figures.latency_ms
    return {
        "answerers": ", ".join(figures.answerers),
        "n": figures.n,
        "right": figures.right,
        "wrong": figures.wrong,
        "passed": figures.passed,
        "rightly": figures.rightly_passed,
        "cost": figures.cost if isinstance(figures.cost, str) else f"${figures.cost:.4f}",
        "median ms": latency.median if latency else "",
        "p95 ms": latency.p95 if latency else "",
        "grounded": "unknown" if figures.groundedness is None else f"{figures.groundedness:.0%}",
    }
