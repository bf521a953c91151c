"""A composed statement in DuckDB's SQL."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from queries.compatibility.tables import DATABASE
from queries.compatibility.tables import TABLES as SAMPLE_TABLES
from queries.compose import PARTITION, Composed
from queries.embedded.statements import Statements, Translated
from queries.errors import NotTranslatableError
from queries.trino.types import BIGINT, VARCHAR, Type, array, map_of
from transformer.schema import TABLES, ColumnType, Table

MOST_CHARACTERS = 2_000_000  # of DuckDB's SQL; what is written once may stand in it several times
_TYPES: Mapping[ColumnType, Type] = {
    "string": VARCHAR,
    "bigint": BIGINT,
    "array<string>": array(VARCHAR),
    "map<string,string>": map_of(VARCHAR, VARCHAR),
}


def translate(composed: Composed) -> Translated:
    """Raises `NotTranslatableError` or `UnknownNameError`."""
    for cte in composed.tree.find_all(exp.CTE):
        if cte.alias in {f"{DATABASE}.{name}" for name in SAMPLE_TABLES}:
            cte.set("materialized", False)  # they are our tables whole
    statements = Statements({name: list(_columns(table)) for name, table in TABLES.items()}, composed.views)
    translated = statements.translated(composed.tree)
    if len(translated.sql) > MOST_CHARACTERS:
        raise NotTranslatableError(
            "the statement is too long for the embedded engine", remedy="Use WITH for its parts."
        )
    return translated


def _columns(table: Table) -> Iterator[tuple[str, Type]]:
    for column in table.columns:
        yield column.name, _TYPES[column.type]
    yield PARTITION, VARCHAR
