"""What a template would change, tried on events before it is put in place."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias

from queries.engines.duckdb import DuckDbEngine
from transformer.pipeline import transform
from transformer.render import Template
from transformer.results import Rejected, Row
from transformer.sources import Templates

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"  # there in a clone, and nowhere else
RECENT = 200  # events of the lake

Result: TypeAlias = Row | Rejected


class Example(NamedTuple):
    """One record to try templates on."""

    name: str
    record: bytes


class Change(NamedTuple):
    """One value of a row, before and after; "" stands for none. `field` is a column, or `column.key` of a map."""

    field: str
    before: str
    after: str


class Difference(NamedTuple):
    """What becomes otherwise of one part of an example."""

    example: str
    row: int  # from 1
    changes: list[Change]
    rejected: str  # why there is no row any more; "" where there is one

    @property
    def shown(self) -> Iterator[str]:
        """Lines to read: what was, and what would be."""
        yield f"{self.example}, row {self.row}"
        if self.rejected:
            yield f"  rejected: {self.rejected}"
        for change in self.changes:
            yield f"  {change.field}"
            yield from (f"    - {change.before}" for _ in (1,) if change.before)
            yield from (f"    + {change.after}" for _ in (1,) if change.after)


class Trial(NamedTuple):
    """`rows` are those that the template makes of the examples; none means that nothing was tried."""

    rows: int
    differences: list[Difference]

    @property
    def rejected(self) -> int:
        """How many rows there are today and would be no more."""
        return sum(bool(difference.rejected) for difference in self.differences)


def golden() -> list[Example]:
    """The golden events of a clone; an empty list where this is none."""
    return [Example(path.parent.name, path.read_bytes()) for path in sorted(GOLDEN.glob("*/input.*"))]


def recent(engine: DuckDbEngine, template: str) -> list[Example]:
    """The last events that the lake has a template's rows of. Conversations keep no events, so they have none."""
    found = engine.query(
        "SELECT max(raw_event) FROM events WHERE source = :template GROUP BY event_id "  # noqa: S608  # bound
        f"ORDER BY max(received_at) DESC LIMIT {RECENT}",
        {"template": template},
    )
    return [Example(f"event {number}", str(event).encode()) for number, (event,) in enumerate(found.rows, 1)]


def tried(candidate: Template, examples: Iterable[Example], today: Templates) -> Trial:
    """What the candidate makes of the examples, against the templates of today."""
    now = datetime.now(UTC)
    rows, differences = 0, []
    for example in examples:
        before = transform(example.record, now, templates=today)
        after = transform(example.record, now, templates={**today, candidate.name: candidate})
        for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
            if new.values["template_version"] != candidate.version:
                continue
            rows += 1
            difference = Difference(example.name, number, _changes(old, new), _newly_rejected(old, new))
            if difference.changes or difference.rejected:
                differences.append(difference)
    return Trial(rows, differences)


def _newly_rejected(old: Result, new: Result) -> str:
    return new.reason if isinstance(new, Rejected) and isinstance(old, Row) else ""


def _changes(old: Result, new: Result) -> list[Change]:
    if isinstance(new, Rejected):
        return []
    was = _fields(old.values) if isinstance(old, Row) else {}
    will_be = _fields(new.values)
    fields = dict.fromkeys([*will_be, *was])
    return [
        Change(field, was.get(field, ""), will_be.get(field, ""))
        for field in fields
        if was.get(field, "") != will_be.get(field, "")
    ]


def _fields(values: Mapping[str, object]) -> dict[str, str]:
    """Every value of a row as text; a map's by key. The template's version always differs, and says nothing."""
    fields: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            fields |= {f"{name}.{key}": str(content) for key, content in value.items()}
        elif name != "template_version":
            fields[name] = ", ".join(value) if isinstance(value, list) else str(value)
    return fields
