"""`parley documents`"""

from pathlib import Path

import click
import msgspec

from infra.cli.options import data_option, deployment, format_option, to_read
from infra.cli.tables import lines, table


@click.group(name="documents")
def command() -> None:
    """The documents that questions are answered from: .txt, .md, .html, and .pdf and .docx with their extra."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@format_option("table", "json")
@data_option
def add(paths: tuple[Path, ...], format_: str, data_here: Path | None) -> None:
    """Add or refresh documents; a folder with all it holds."""
    with deployment(data_here) as opened:
        report = opened.documents.add(paths)
    outcomes = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    rows = [
        {"document": path, "outcome": outcome, "reason": ""} for outcome, found in outcomes.items() for path in found
    ]
    rows += [{"document": path, "outcome": "refused", "reason": reason} for path, reason in report.refused.items()]
    table(rows, format_, empty="Nothing to add.")
    if report.refused:
        raise click.exceptions.Exit(1)


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """What is there."""
    with to_read(data_here) as opened:
        found = opened.documents.list()
    rows = [
        {"document": each.path, "title": each.title, "language": each.language, "passages": each.passages}
        for each in found
    ]
    table(rows, format_, empty="No documents. Add some: parley documents add PATH")


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
def remove(paths: tuple[Path, ...], data_here: Path | None) -> None:
    """Remove documents by their path, or every document below a folder."""
    with to_read(data_here) as opened:
        removed = opened.documents.remove(paths)
    for path in removed:
        click.echo(f"removed {path}")
    if not removed:
        raise click.ClickException("nothing of that name is there; `parley documents list` shows what is")


@command.command()
@click.argument("question")
@click.option("-n", "n", type=click.IntRange(1, 50), default=3, show_default=True, help="How many passages.")
@format_option("text", "json")
@data_option
def ask(question: str, n: int, format_: str, data_here: Path | None) -> None:
    """The passages nearest to QUESTION, their scores and why: from 0.55 on the first is the answer."""
    from infra.operating.trying import ask as asked_of  # noqa: PLC0415

    with to_read(data_here) as opened:
        asked = asked_of(opened.documents, question, n)
    if format_ == "json":
        click.echo(msgspec.json.encode(asked))
        return
    for each in asked.passages:
        click.echo(lines(f"{each.score:.2f}  {each.document}: {each.heading}\n      {each.why}"))
        click.echo(lines("\n".join(f"      | {line}" for line in each.text.split("\n"))))
    if not asked.passages:
        click.echo("No passage is near. `parley documents list` shows what is there.", err=True)
    elif not asked.answered:
        click.echo(f"No answer: {asked.instead}.", err=True)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@format_option("table", "json")
@data_option
def test(file: Path, format_: str, data_here: Path | None) -> None:
    """Ask every question of FILE, and count what is answered right, wrong, or passed.

    FILE is CSV in UTF-8 with a header. Its columns:

    \b
    question  what a customer would write
    expected  the document that answers it, by its name, path or title;
              empty where it should be passed
    contains  optional: words that the answer must have; several with | between
    language  optional: en or es; else it is told from the question

    With --format json: {"n", "right", "wrong", "passed", "rightly_passed", "questions"}. Where nothing is expected, an
    answer is wrong and a pass is as it should be.
    """
    from infra.operating.trying import CaseError, cases  # noqa: PLC0415
    from infra.operating.trying import test as tested  # noqa: PLC0415

    with to_read(data_here) as opened:
        try:
            result = tested(opened.documents, cases(file, opened.documents.list()))
        except CaseError as error:
            raise click.UsageError(f"{file}: {error}") from error
    if format_ == "json":
        click.echo(msgspec.json.encode(result))
        return
    shown = [
        {
            "row": each.row,
            "outcome": each.outcome,
            "question": each.question,
            "expected": each.expected,
            "document": each.document,
        }
        for each in result.questions
    ]
    table(shown, format_, empty="The file has no question.")
    missed = result.passed - result.rightly_passed
    click.echo(
        f"{result.n} questions: {result.right} right, {result.wrong} wrong, {result.passed} passed, "
        f"{missed} of these though a document answers them"
    )
