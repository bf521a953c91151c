"""A question as it is run: what the catalogue says about it, and its statement with views and parameters in place."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import takewhile

from queries.asking import asked, prepared
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Value
from queries.compatibility.database import SampleDatabase
from queries.statement import Question


def statement_of(
    text: str, parameters: Mapping[str, Value], catalogue: Catalogue, sample: SampleDatabase
) -> str | None:
    """Athena SQL that names tables only; None for a statement that merely lists what there is. Raises `QueryError`."""
    known = asked(text, catalogue)
    if not isinstance(known.statement, Question):
        return None
    ready = prepared(known, catalogue, parameters, datetime.now(UTC), sample)
    return ready.readable_sql if ready else None


def header_of(text: str, catalogue: Catalogue) -> str:
    """What the catalogue says about a question by its name; "" for SQL."""
    entry = catalogue.entries.get(text.strip().lower())
    lines = entry.sql.splitlines() if entry else []
    return "".join(f"{line}\n" for line in takewhile(lambda line: line.startswith("--"), lines))
