"""A report as one HTML file.

It holds no script and fetches nothing, and its policy forbids both: the one style sheet is allowed by its hash.
Source: https://www.w3.org/TR/CSP3/#framework-directive-source-list
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infra.operating.report.answered import Answered
from infra.operating.report.key_figures import key_figures
from infra.operating.report.marks import LineChart, marks
from infra.operating.report.outline import OUTLINE
from infra.operating.report.period import Period
from infra.operating.report.svg import svg, swatch
from infra.operating.report.tables import MOST_ROWS, Table, readable, table, table_of_drawings
from infra.operating.report.texts import visible
from infra.operating.report.words import described
from queries.charts.units import bare, unit_of
from queries.charts.values import Drawing, Series

_HERE = Path(__file__).parent
STYLE = _HERE / "style.css"


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture. `legend` has a piece of line and a name for each; `note` says what is not drawn."""

    title: str
    picture: Markup
    legend: tuple[tuple[Markup, str], ...]
    note: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One question as the page shows it. `whole` is the command that gives every row."""

    answered: Answered
    figures: tuple[Figure, ...]
    table: Table | None
    whole: str


def render(answers: Mapping[str, Answered], period: Period, made_at: datetime, hint: str = "") -> str:
    """The whole page. `hint` is shown where nothing at all happened in the period."""
    environment = page_environment(_HERE)
    environment.filters["readable"] = readable
    environment.filters["bare"] = bare
    environment.filters["unit"] = unit_of
    style = STYLE.read_text(encoding="utf-8")
    sections = {name: _section(each, period) for name, each in answers.items()}
    return environment.get_template("page.html.jinja").render(
        period=period,
        made_at=made_at,
        style=Markup(style),  # noqa: S704 - our own file
        policy=policy(style),
        figures=key_figures(answers),
        chapters=[
            (chapter.title, [sections[name] for name in chapter.questions if name in sections]) for chapter in OUTLINE
        ],
        problems=[each for each in answers.values() if each.problem],
        empty=not any(each.result.rows or each.problem for each in answers.values()),
        hint=hint,
    )


def page_environment(folder: Path) -> Environment:
    """The templates of a folder, into which words go as words; the filter `visible` shows what would act on them."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    return environment


def policy(style: str) -> str:
    """Forbids all but this style sheet."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _section(answered: Answered, period: Period) -> Section:
    name = answered.entry.name
    given = " ".join(f"-p {parameter}={value}" for parameter, value in period.parameters.items())
    figures = tuple(
        _figure(f"{name}-{number}", answered, drawing)
        for number, drawing in enumerate(answered.drawings, 1)
        if drawing.values
    )
    return Section(answered, figures, _table(answered), f"parley query {name} {given} --out {name}.csv")


def _figure(name: str, answered: Answered, drawing: Drawing) -> Figure:
    made = marks(_with_words(drawing, answered))
    title = readable(drawing.title, drawing.unit) if drawing.title else answered.entry.title
    lines = made.lines if isinstance(made, LineChart) else ()
    return Figure(
        title=title,
        picture=svg(made, name, f"{answered.entry.title}: {title}" if drawing.title else title, described(drawing)),
        legend=tuple((swatch(line.style), line.name) for line in lines),
        note=made.left_out,
        wide=isinstance(made, LineChart) and not made.dotted,
    )


def _with_words(drawing: Drawing, answered: Answered) -> Drawing:
    """Series that are columns, as words; those that are values of a column stay what they are."""
    if answered.entry.chart and answered.entry.chart.series:
        return drawing
    return replace(drawing, series=tuple(Series(readable(each.name), each.values) for each in drawing.series))


def _table(answered: Answered) -> Table | None:
    """What the pictures show, whole; further rows of a long answer are left out."""
    if not answered.result.rows:
        return None
    if len(answered.result.rows) > MOST_ROWS and _are_lines(answered.drawings):
        return table_of_drawings(answered.drawings)
    return table(answered.result, answered.entry.columns)


def _are_lines(drawings: Sequence[Drawing]) -> bool:
    return bool(drawings) and all(drawing.kind == "line" for drawing in drawings)
