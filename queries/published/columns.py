"""The columns that catalogue entries really have, with Athena's types: from the embedded engine, without any data."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from queries.catalogue.entries import Entry
from queries.engines.duckdb import DuckDbEngine


def column_types(entries: Iterable[Entry]) -> dict[str, dict[str, str]]:
    """By an entry's name, then by a column's, in order."""
    with TemporaryDirectory() as folder:
        engine = DuckDbEngine(Path(folder))
        return {
            entry.name: {column.name: column.type for column in engine.query(entry.name, _given(entry)).columns}
            for entry in entries
        }


def _given(entry: Entry) -> dict[str, str]:
    """Something for each parameter that has no default."""
    return {parameter.name: "x" for parameter in entry.parameters if parameter.default is None}
