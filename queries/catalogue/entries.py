"""The questions that are already written: one file each, Athena SQL under a header that says what it answers.

    -- title: Which answers were delivered
    -- description: One line, or several:
    --   continued lines are indented.
    -- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts
    -- column turn_id: the turn
    -- scans: events from 1 hour before to 3 days after
    -- chart: bar x=turn_id y=parts
    SELECT …

A view (`views/`) can be named like a table in any statement. A report (`reports/`) answers one question whole.
What `scans` and `chart` mean is said in scans.py and chart.py; a question that reads no table has no `scans`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from queries.catalogue.chart import Chart, read_chart
from queries.catalogue.parameters import Parameter, ParameterType
from queries.catalogue.scans import Scan, read_scans

Kind = Literal["view", "report"]
FOLDERS: Mapping[Kind, str] = {"view": "views", "report": "reports"}

_FIELD = re.compile(r"-- (title|description|parameter|column|scans|chart)\b ?([^:]*): ?(.*)")
_PARAMETER = re.compile(r"(\w+) (\w+)(?: = (.*))?")


class HeaderError(ValueError):
    """A catalogue file's header is not as described above. The message names the file and the line's text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the catalogue. `columns` maps each column of the result to its meaning, in order."""

    name: str
    kind: Kind
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: Mapping[str, str]
    scans: tuple[Scan, ...]
    chart: Chart | None
    sql: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every view and report by its name, which is its file's."""

    entries: Mapping[str, Entry]

    @property
    def views(self) -> Mapping[str, Entry]:
        return {name: entry for name, entry in self.entries.items() if entry.kind == "view"}

    @classmethod
    def read(cls, folder: Path) -> "Catalogue":
        """Raises `HeaderError`; a name may be used once."""
        entries: dict[str, Entry] = {}
        for kind, subfolder in FOLDERS.items():
            for path in sorted((folder / subfolder).glob("*.sql")):
                if path.stem in entries:
                    raise HeaderError(f"{path}: there is already a {entries[path.stem].kind} of this name")
                entries[path.stem] = read_entry(path, kind)
        return cls(entries)

    @classmethod
    def shipped(cls) -> "Catalogue":
        """The one that comes with Parley."""
        return cls.read(Path(__file__).parents[1])


def read_entry(path: Path, kind: Kind) -> Entry:
    """One file. Raises `HeaderError`."""
    sql = path.read_text(encoding="utf-8")
    fields = [_field(path, line) for line in _header_lines(sql)]
    texts = {key: text for key, _, text in fields}
    if not {"title", "description", "column"} <= texts.keys():
        raise HeaderError(f"{path}: the header needs a title, a description and the columns")
    columns = {name: text for key, name, text in fields if key == "column"}
    return Entry(
        name=path.stem,
        kind=kind,
        title=texts["title"],
        description=texts["description"],
        parameters=tuple(_parameter(path, name, text) for key, name, text in fields if key == "parameter"),
        columns=columns,
        scans=_scans(path, texts["scans"]) if "scans" in texts else (),
        chart=_chart(path, texts["chart"], columns) if "chart" in texts else None,
        sql=sql,
    )


def _header_lines(sql: str) -> list[str]:
    """The leading comment, continued lines joined to the line they continue."""
    lines: list[str] = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        if line.startswith("--  ") and lines:
            lines[-1] += " " + line[2:].strip()
        else:
            lines.append(line)
    return lines


def _field(path: Path, line: str) -> tuple[str, str, str]:
    if not (match := _FIELD.fullmatch(line)):
        raise HeaderError(f"{path}: not a line of a header: {line}")
    return match[1], match[2].strip(), match[3].strip()


def _parameter(path: Path, declaration: str, meaning: str) -> Parameter:
    match = _PARAMETER.fullmatch(declaration)
    if not match or match[2] not in get_args(ParameterType):
        raise HeaderError(f"{path}: not a parameter's name, type and default: {declaration}")
    return Parameter(match[1], cast(ParameterType, match[2]), match[3], meaning)


def _scans(path: Path, text: str) -> tuple[Scan, ...]:
    scans = read_scans(text)
    if scans is None:
        raise HeaderError(f"{path}: not tables and their hours: {text}")
    return scans


def _chart(path: Path, text: str, columns: Mapping[str, str]) -> Chart:
    chart = read_chart(text)
    if chart is None:
        raise HeaderError(f"{path}: not a chart: {text}")
    if unknown := sorted(set(chart.columns) - columns.keys()):
        raise HeaderError(f"{path}: the chart needs a column {unknown[0]}, which there is not")
    return chart
