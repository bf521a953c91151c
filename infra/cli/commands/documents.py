"""`parley documents`"""

from pathlib import Path

import click

from infra.cli.options import data_option, deployment, format_option, to_read
from infra.cli.tables import table


@click.group(name="documents")
def command() -> None:
    """The documents that questions are answered from: .txt, .md and .html."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
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
