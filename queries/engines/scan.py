"""A table of the lake as a DuckDB view over its Parquet files.

The files' columns are named beforehand, from schema.py: no file is opened to learn them, files written before a column
existed give NULL for it, and a question about some hours opens the files of those hours only, because `hour` is made
of the file's name. Source: https://duckdb.org/docs/stable/data/parquet/overview (`schema`, `filename`)
"""

from pathlib import Path

import duckdb

from transformer.schema import ColumnType, Table

PARTITION = "hour"  # the column every table has besides its own: yyyy/MM/dd/HH, of arrival, UTC

_TYPES: dict[ColumnType, str] = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "array<string>": "VARCHAR[]",
    "map<string,string>": "MAP(VARCHAR, VARCHAR)",
}


def create_table(connection: duckdb.DuckDBPyConnection, table: Table, lake: Path) -> None:
    """Create the view `table.name`. Files being written have another ending than .parquet and are not seen."""
    folder = lake / table.name
    has_files = next(folder.glob("*/*/*/*/*.parquet"), None) is not None
    source = _files(table, folder) if has_files else _nothing(table)
    connection.execute(f'CREATE VIEW "{table.name}" AS {source}')


def _files(table: Table, folder: Path) -> str:
    columns = ", ".join(
        f"'{column.name}': {{name: '{column.name}', type: '{_TYPES[column.type]}', default_value: NULL}}"
        for column in table.columns
    )
    pattern = quote(f"{folder}/*/*/*/*/*.parquet")
    hour = r"regexp_extract(filename, '(\d{4}/\d{2}/\d{2}/\d{2})/[^/]*$', 1)"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    return (  # nothing of an analyst's is in it
        f"SELECT {names}, {hour} AS {PARTITION} "  # noqa: S608
        f"FROM read_parquet({pattern}, schema = MAP {{{columns}}}, filename = true)"
    )


def _nothing(table: Table) -> str:
    columns = ", ".join(f'CAST(NULL AS {_TYPES[column.type]}) AS "{column.name}"' for column in table.columns)
    return f"SELECT {columns}, '' AS {PARTITION} WHERE false"


def quote(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
