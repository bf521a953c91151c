"""The tables of AWS's engagement database sample, for statements that are written for them (docs/compatibility.md).

Two forms, of which one may turn out not to work: docs/decisions/0013-the-samples-tables.md. The names have hyphens,
which CREATE VIEW refuses, so that views are made as Glue entries. The database's name is the sample's: one deployment
of an account and region can have them.
"""

from collections.abc import Sequence

from aws_cdk import aws_glue as glue

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.glue_tables import PARQUET, Tables, database_name
from infra.aws.stacks.lake.storage import Storage
from queries.compatibility.glue import GlueTable, glue_tables, glue_views
from queries.compatibility.tables import DATABASE
from transformer.schema import TABLES


def compatibility_tables(stack: ParleyStack, ours: Tables, storage: Storage) -> None:
    """Both of them, over the tables in `ours`, where the deployer wants any."""
    wanted = _wanted(stack, storage)
    if not wanted:
        return
    told = glue.CfnDatabase.DatabaseInputProperty(
        name=DATABASE, description="Parley's lake under the names of AWS's engagement database sample"
    )
    database = glue.CfnDatabase(stack, "SampleDatabase", catalog_id=stack.account, database_input=told)
    for table in wanted:
        made = _table(stack, database, table)
        made.node.add_dependency(*ours.by_name.values())


def _wanted(stack: ParleyStack, storage: Storage) -> Sequence[GlueTable]:
    lake = stack.deployment.lake
    if lake.compatibility_tables == "none":
        return []
    if lake.compatibility_tables == "views":
        return list(glue_views(database_name(stack.deployment.stage)))
    locations = {table.name: storage.rows_of(table.name) for table in TABLES.values()}
    return list(glue_tables(locations, lake.first_hour))


def _table(stack: ParleyStack, database: glue.CfnDatabase, table: GlueTable) -> glue.CfnTable:
    return glue.CfnTable(
        stack,
        "Sample" + "".join(word.capitalize() for word in table.name.split("-")),
        catalog_id=stack.account,
        database_name=database.ref,
        table_input=glue.CfnTable.TableInputProperty(
            name=table.name,
            table_type=table.table_type,
            parameters=dict(table.parameters),
            partition_keys=_columns(table.partition_keys),
            storage_descriptor=_stored(table),
            view_original_text=table.view_original_text or None,
            view_expanded_text=table.view_expanded_text or None,
        ),
    )


def _stored(table: GlueTable) -> glue.CfnTable.StorageDescriptorProperty:
    """Where the files are, and how they are read; of a view its columns alone."""
    columns = _columns(table.columns)
    if not table.location:
        serde = glue.CfnTable.SerdeInfoProperty()
        return glue.CfnTable.StorageDescriptorProperty(columns=columns, location="", serde_info=serde)
    return glue.CfnTable.StorageDescriptorProperty(
        columns=columns,
        location=table.location,
        input_format=f"{PARQUET}.MapredParquetInputFormat",
        output_format=f"{PARQUET}.MapredParquetOutputFormat",
        serde_info=glue.CfnTable.SerdeInfoProperty(
            serialization_library=f"{PARQUET}.serde.ParquetHiveSerDe", parameters=dict(table.serde_parameters)
        ),
    )


def _columns(columns: Sequence[tuple[str, str]]) -> list[glue.CfnTable.ColumnProperty]:
    return [glue.CfnTable.ColumnProperty(name=name, type=type_) for name, type_ in columns]
