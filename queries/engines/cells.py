"""From DuckDB's result to ours, by way of Arrow: its maps become dicts, its types are spelled as Athena spells them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import cast

import duckdb
from duckdb.sqltypes import DuckDBPyType

from queries.result import Cell, Column, Result

_NAMES: Mapping[str, str] = {
    "utinyint": "smallint",
    "usmallint": "integer",
    "uinteger": "bigint",
    "ubigint": "bigint",
    "hugeint": "bigint",
    "float": "real",
    "blob": "varbinary",
    "timestamp": "timestamp(3)",
    "timestamp with time zone": "timestamp(3) with time zone",
    "interval": "interval day to second",
    '"null"': "unknown",
}


def to_result(relation: duckdb.DuckDBPyRelation) -> Result:
    """Runs the relation. All rows are fetched."""
    columns = tuple(
        Column(name, athena_type(type_)) for name, type_ in zip(relation.columns, relation.types, strict=True)
    )
    table = relation.to_arrow_table()
    cells = [
        [_convert(str(type_))(cell) for cell in column.to_pylist(maps_as_pydicts="lossy")]
        for type_, column in zip(relation.types, table.columns, strict=True)
    ]
    return Result(columns, tuple(zip(*cells, strict=True)))


def athena_type(type_: DuckDBPyType) -> str:
    """DuckDB's `MAP(VARCHAR, BIGINT)` is Athena's `map(varchar, bigint)`; its `VARCHAR[]` is `array(varchar)`."""
    match type_.id:
        case "list":
            return f"array({_inner_types(type_)[0][1]})"
        case "map":
            return f"map({', '.join(inner for _, inner in _inner_types(type_))})"
        case "struct":
            return f"row({', '.join(f'{name} {inner}' for name, inner in _inner_types(type_))})"
    name = str(type_).lower()
    return _NAMES.get(name, name)


def _inner_types(type_: DuckDBPyType) -> list[tuple[str, str]]:
    children = cast(list[tuple[str, DuckDBPyType]], type_.children)  # other kinds of types have other children
    return [(name, athena_type(child)) for name, child in children]


def _convert(type_: str) -> Callable[[object], Cell]:
    """DuckDB adds integers up to 128 bits, which Arrow gives as decimals."""
    return _integer if type_ == "HUGEINT" else _as_is


def _integer(cell: object) -> Cell:
    return int(cell) if isinstance(cell, Decimal) else None


def _as_is(cell: object) -> Cell:
    return cast(Cell, cell)
