"""A table of the lake as a DuckDB view over its Parquet files.

The files' columns are named beforehand, from schema.py: no file is opened to learn them, files written before a column
existed give NULL for it, and a question about some hours opens the files of those hours only, because `hour` is made
of the file's name. Source: https://duckdb.org/docs/stable/data/parquet/overview (`schema`, `filename`)
"""

from collections.abc import Collection
from pathlib import Path

import duckdb
import pyarrow as pa

from queries.compose import PARTITION
from transformer.lake.layout import ENDING, HOURS, hour_of, open_files, sealed_name
from transformer.lake.parquet import read_file
from transformer.schema import ColumnType, Table

_TYPES: dict[ColumnType, str] = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "array<string>": "VARCHAR[]",
    "map<string,string>": "MAP(VARCHAR, VARCHAR)",
}


def create_table(
    connection: duckdb.DuckDBPyConnection, table: Table, lake: Path, left_out: Collection[Path] = ()
) -> None:
    """Create the view `table.name`: open files' rows as they are now, and the sealed files but for those.

    `left_out`: sealed files whose rows another one has too.
    """
    opened = _open_rows(table, lake)
    parts = []
    if opened:
        name = f"open_{table.name}"
        connection.register(name, pa.concat_tables(opened.values()))
        parts.append(f'FROM "{name}"')
    if next((lake / table.name).glob(f"{HOURS}/*{ENDING}"), None):
        parts.append(_sealed_rows(table, lake, [*opened, *left_out]))
    connection.execute(f'CREATE VIEW "{table.name}" AS {" UNION ALL ".join(parts) or _nothing(table)}')


def _open_rows(table: Table, lake: Path) -> dict[Path, pa.Table]:
    """The rows of each open file, by the name it will have when it is sealed."""
    rows = {}
    for path in open_files(lake, table.name):
        try:
            found = read_file(path, table.name)
        except FileNotFoundError:  # sealed meanwhile
            continue
        rows[sealed_name(lake, path)] = found.append_column(PARTITION, [[hour_of(path)] * found.num_rows])
    return rows


def _sealed_rows(table: Table, lake: Path, without: list[Path]) -> str:
    columns = ", ".join(
        f"'{column.name}': {{name: '{column.name}', type: '{_TYPES[column.type]}', default_value: NULL}}"
        for column in table.columns
    )
    pattern = quote(f"{lake}/{table.name}/{HOURS}/*{ENDING}")
    hour = r"regexp_extract(filename, '(\d{4}/\d{2}/\d{2}/\d{2})/[^/]*$', 1)"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    others = f"WHERE filename NOT IN ({', '.join(quote(str(path)) for path in without)})" if without else ""
    return (  # nothing of an analyst's is in it
        f"SELECT {names}, {hour} AS {PARTITION} "  # noqa: S608
        f"FROM read_parquet({pattern}, schema = MAP {{{columns}}}, filename = true) {others}"
    )


def _nothing(table: Table) -> str:
    columns = ", ".join(f'CAST(NULL AS {_TYPES[column.type]}) AS "{column.name}"' for column in table.columns)
    return f"SELECT {columns}, '' AS {PARTITION} WHERE false"


def quote(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
