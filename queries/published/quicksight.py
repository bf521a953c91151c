"""The views as QuickSight sees them: a data set each, its columns with QuickSight's types and their meanings.

A column of a type that QuickSight has no equal of, like a map, is left out, as QuickSight itself would.
Source: https://docs.aws.amazon.com/quick/latest/userguide/supported-data-types-and-values.html
"""

from dataclasses import dataclass
from typing import Literal

from queries.catalogue.entries import Catalogue, Entry
from queries.published.columns import column_types

QuickSightType = Literal["STRING", "INTEGER", "DECIMAL", "DATETIME", "BIT"]
MOST_MEANING = 500  # characters of a column's description

_TYPES: dict[str, QuickSightType] = {
    "varchar": "STRING",
    "integer": "INTEGER",
    "bigint": "INTEGER",
    "double": "DECIMAL",
    "decimal": "DECIMAL",
    "boolean": "BIT",
    "date": "DATETIME",
    "timestamp": "DATETIME",
}


@dataclass(frozen=True, slots=True)
class DataSetColumn:
    """One column; `meaning` fits into a description."""

    name: str
    type: QuickSightType
    meaning: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """One view, by its name in Athena."""

    name: str
    title: str
    columns: tuple[DataSetColumn, ...]


def data_sets(catalogue: Catalogue) -> tuple[DataSet, ...]:
    """In the order of the catalogue."""
    types = column_types(catalogue.views.values())
    return tuple(_data_set(view, types[name]) for name, view in catalogue.views.items())


def _data_set(view: Entry, types: dict[str, str]) -> DataSet:
    columns = tuple(
        DataSetColumn(name, type_, view.columns[name][:MOST_MEANING])
        for name, athena in types.items()
        if (type_ := _TYPES.get(athena.partition("(")[0]))
    )
    return DataSet(view.name, view.title, columns)
