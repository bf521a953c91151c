"""`parley templates`"""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import click

from infra.cli.options import data_folder, data_option, format_option, operated
from infra.cli.tables import cell, table
from infra.operating.templates import trial
from infra.operating.templates.draft import draft
from queries.engines.duckdb import DuckDbEngine
from transformer.envelopes import Context, Event, events_of
from transformer.moments import from_datetime
from transformer.overrides import ENDING, compile_override, made_from
from transformer.render import Template, TemplateError
from transformer.sources import shipped_templates, source_of


@click.group(name="templates")
def command() -> None:
    """How events become rows. NAME.jinja in DATA/templates, or in a deployment's bucket, replaces the shipped one."""


@command.command(name="list")
@format_option("table", "json")
@data_option
def list_(format_: str, data_here: Path | None) -> None:
    """Every template: which version is in use, whose it is, and what is wrong with an override."""
    with operated(data_here, may_be_new=True) as opened:
        overrides = opened.templates()
    faults = overrides.look()
    current = overrides.current()
    rows = [
        {
            "template": name,
            "table": template.table.name,
            "in use": "shipped" if current[name] is template else "override",
            "version": current[name].version,
            "shipped version": template.version,
            "trouble": "; ".join(fault.reason for fault in faults if fault.name == name),
        }
        for name, template in sorted(shipped_templates().items())
    ]
    table(rows, format_, empty="", left_out_if_empty=("trouble",))
    for fault in faults:
        if fault.name not in shipped_templates():
            click.secho(f"✗ {fault.reason}", fg="red", err=True)


@command.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def check(path: Path, data_here: Path | None) -> None:
    """Try a template before it is put in place: which rows would change, and how?

    Compared with the template in use, or with the shipped one where this one is in use already. In a clone every
    golden event is rendered, elsewhere the lake's recent ones. Exit status 1 when the template cannot be used, or when
    what is a row today would be rejected.
    """
    candidate = _compiled(path)
    lake = DuckDbEngine(data_folder(data_here) / "lake")
    examples = trial.golden() or trial.recent(lake, candidate.name)
    with operated(data_here, may_be_new=True) as opened:
        today = opened.templates().current()
    if today[candidate.name].version == candidate.version:
        today = shipped_templates()
    found = trial.tried(candidate, examples, today)
    for difference in found.differences:
        for line in difference.shown:
            click.echo(cell(line))
    click.echo(_told(found), err=True)
    origin, shipped = made_from(path.read_text("utf-8")), shipped_templates()[candidate.name].version
    if origin not in ("", shipped):
        click.echo(f"It was made from {origin}; the shipped version is now {shipped}.", err=True)
    if found.rejected:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("name")
@click.option(
    "--event", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An example of the event."
)
def new(name: str, path: Path | None) -> None:
    """Print a template to start from: drafted from an example event, or, without one, the shipped one of that NAME."""
    if path is None:
        if name not in shipped_templates():
            raise click.ClickException(f"no shipped template is named {name}: give an example with --event FILE")
        shipped = resources.files("transformer").joinpath("templates", f"{name}{ENDING}").read_text("utf-8")
        click.echo(f"# made from {shipped_templates()[name].version}\n{shipped}", nl=False)
        return
    context: Context = {"occurred_at": from_datetime(datetime.now(UTC))}
    found = next((event for event in events_of(path.read_bytes(), context) if isinstance(event, Event)), None)
    if found is None:
        raise click.ClickException(f"{path} holds no event: it is not JSON")
    source = source_of(found.body).name
    click.echo(draft(name, found.body, source), nl=False)
    click.echo("transformer/templates/README.md says how it joins the others.", err=True)


def _told(found: trial.Trial) -> str:
    """What the trial means, in a sentence."""
    if not found.rows:
        return "It can be read. No event was there to try it with."
    rows = f"{found.rows} example {'row' if found.rows == 1 else 'rows'}"
    if not found.differences:
        return f"It can be used: {rows} come out as today."
    changed = len(found.differences) - found.rejected
    if not found.rejected:
        return f"It can be used: of {rows}, {changed} would change as shown."
    return f"It would lose rows: of {rows}, {found.rejected} would be rejected and {changed} would change."


def _compiled(path: Path) -> Template:
    name = path.name.removesuffix(ENDING)
    if name not in shipped_templates():
        known = ", ".join(sorted(shipped_templates()))
        raise click.ClickException(f"{path.name} is named like no shipped template: {known}")
    try:
        return compile_override(name, path.read_bytes())
    except TemplateError as error:
        raise click.ClickException(str(error)) from error
