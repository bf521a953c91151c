"""The sample's tables in a deployment's Glue catalogue, for whoever asks Athena without `parley query`.

There are two forms, of which a deployment takes one. docs/decisions/0013-the-samples-tables.md says which and why.

    views   the same columns and rows as on one machine. Glue takes hyphens in a name, CREATE VIEW does not:
            https://docs.aws.amazon.com/athena/latest/ug/create-view.html
    tables  external ones over the same objects. Columns are read by their position in the files, so that they can have
            other names: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html

What Glue holds of a view is not documented; every CREATE VIEW of Trino writes it so:
https://github.com/trinodb/trino/blob/master/plugin/trino-hive/src/main/java/io/trino/plugin/hive/ViewReaderUtil.java
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from queries.compatibility.tables import DATABASE, PARTITION, TABLES, SampleTable
from transformer.schema import ColumnType, TableName

_IN_SQL: Mapping[ColumnType, str] = {
    "string": "varchar",
    "bigint": "bigint",
    "array<string>": "array(varchar)",
    "map<string,string>": "map(varchar, varchar)",
}


@dataclass(frozen=True, slots=True)
class GlueTable:
    """What a table of the Glue database `DATABASE` is made of. Columns and keys: (name, Glue's type).

    A view has no `location`, a table no `view_original_text`.
    """

    name: str
    table_type: Literal["VIRTUAL_VIEW", "EXTERNAL_TABLE"]
    columns: tuple[tuple[str, str], ...]
    parameters: Mapping[str, str]
    partition_keys: tuple[tuple[str, str], ...] = ()
    location: str = ""
    serde_parameters: Mapping[str, str] = field(default_factory=dict)
    view_original_text: str = ""
    view_expanded_text: str = ""

    @property
    def database(self) -> str:
        return DATABASE


def glue_views(our_database: str) -> Iterator[GlueTable]:
    """As views over our tables in `our_database`: its name itself, no token of CDK's, because it is encoded."""
    for table in TABLES.values():
        columns: list[tuple[str, str]] = [(name, table.column(name).type) for name in table.columns]
        in_sql = [{"name": name, "type": _IN_SQL[table.column(name).type]} for name in table.columns]
        if table.is_partitioned:
            columns.append((PARTITION, "timestamp"))
            in_sql.append({"name": PARTITION, "type": "timestamp(3)"})
        yield GlueTable(
            name=table.name,
            table_type="VIRTUAL_VIEW",
            columns=tuple(columns),
            parameters={"presto_view": "true", "comment": "Presto View"},
            view_original_text=f"/* Presto View: {_encoded(table.sql(our_database), in_sql)} */",
            view_expanded_text="/* Presto View */",
        )


def _encoded(sql: str, columns: Sequence[Mapping[str, str]]) -> str:
    view = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": DATABASE, "columns": columns}
    return base64.b64encode(json.dumps(view).encode()).decode()


def glue_tables(locations: Mapping[TableName, str], first_hour: str) -> Iterator[GlueTable]:
    """As tables over the objects below `locations`, which are s3://…/ by our tables' names.

    `first_hour` is the first partition, as 2026/07/01/13. Open: whether Athena reads such a partition as a timestamp.
    """
    for table in TABLES.values():
        location = locations[table.ours.name]
        keys = ((PARTITION, "timestamp"),) if table.is_partitioned else ()
        yield GlueTable(
            name=table.name,
            table_type="EXTERNAL_TABLE",
            columns=tuple(_by_position(table)),
            parameters={"EXTERNAL": "TRUE", "classification": "parquet"} | _projection(keys, location, first_hour),
            partition_keys=keys,
            location=location,
            serde_parameters={"serialization.format": "1", "parquet.column.index.access": "true"},
        )


def _by_position(table: SampleTable) -> Iterator[tuple[str, str]]:
    """The files' columns up to the last that the sample has; those it has not keep our names."""
    theirs = {ours: name for name, ours in table.columns.items()}
    last = max(table.ours.column_names.index(ours) for ours in theirs)
    for column in table.ours.columns[: last + 1]:
        yield theirs.get(column.name, column.name), column.type


def _projection(keys: tuple[tuple[str, str], ...], location: str, first_hour: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html"""
    if not keys:
        return {}
    return {
        "projection.enabled": "true",
        f"projection.{PARTITION}.type": "date",
        f"projection.{PARTITION}.format": "yyyy/MM/dd/HH",
        f"projection.{PARTITION}.interval": "1",
        f"projection.{PARTITION}.interval.unit": "HOURS",
        f"projection.{PARTITION}.range": f"{first_hour},NOW",
        "storage.location.template": f"{location}${{{PARTITION}}}/",
    }
