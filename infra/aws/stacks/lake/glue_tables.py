"""Glue tables of transformer/schema.py. Athena computes their partitions from the clock; no crawler, no ALTER TABLE.

    hour = 2026/07/01/13  ◀▶  s3://bucket/lake/events/2026/07/01/13/

`rejected` is empty in a deployment: what cannot become a row is a row of `events` of type rejected, or lies below the
error prefix (docs/decisions/0007-good-rows-survive-bad-ones.md). The table is there so that the same SQL runs
everywhere.
Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-kinesis-firehose-example.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_glue as glue

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.storage import Storage
from transformer.schema import TABLES, Table, TableName

PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
_SERDE = glue.CfnTable.SerdeInfoProperty(
    serialization_library=f"{PARQUET}.serde.ParquetHiveSerDe", parameters={"serialization.format": "1"}
)


@dataclass(frozen=True)
class Tables:
    """A database and the tables of the schema in it."""

    database: glue.CfnDatabase
    by_name: Mapping[TableName, glue.CfnTable]

    @property
    def database_name(self) -> str:
        return self.database.ref

    def arns(self, *names: str) -> list[str]:
        """What a right on tables has to name: the catalogue, the database and them; `*` for all."""
        stack = Stack.of(self.database)
        below = [f"database/{self.database_name}", *(f"table/{self.database_name}/{name}" for name in names)]
        return [stack.format_arn(service="glue", resource=each) for each in ("catalog", *below)]


def database_name(stage: str) -> str:
    """The Glue database of a stage, without the hyphens that Athena does not take in a name."""
    return "parley_" + stage.replace("-", "_")


def tables(stack: ParleyStack, storage: Storage) -> Tables:
    """All of them, in a database of the stage's."""
    name = database_name(stack.deployment.stage)
    told = glue.CfnDatabase.DatabaseInputProperty(name=name, description="Parley's engagement data lake")
    database = glue.CfnDatabase(stack, "Database", catalog_id=stack.account, database_input=told)
    made = {each.name: _table(stack, database, each, storage.rows_of(each.name)) for each in TABLES.values()}
    return Tables(database, made)


def projection(location: str, first_hour: str) -> dict[str, str]:
    """The properties by which Athena knows each hour's folder below `location`, s3://…/."""
    return {
        "projection.enabled": "true",
        "projection.hour.type": "date",
        "projection.hour.format": "yyyy/MM/dd/HH",
        "projection.hour.interval": "1",
        "projection.hour.interval.unit": "HOURS",
        "projection.hour.range": f"{first_hour},NOW",
        "storage.location.template": f"{location}${{hour}}/",
    }


def _table(stack: ParleyStack, database: glue.CfnDatabase, table: Table, location: str) -> glue.CfnTable:
    columns = [
        glue.CfnTable.ColumnProperty(name=each.name, type=each.type, comment=each.meaning[:255])
        for each in table.columns
    ]
    return glue.CfnTable(
        stack,
        f"{table.name.capitalize()}Table",
        catalog_id=stack.account,
        database_name=database.ref,
        table_input=glue.CfnTable.TableInputProperty(
            name=table.name,
            description=table.meaning,
            table_type="EXTERNAL_TABLE",
            parameters={
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                **projection(location, stack.deployment.lake.first_hour),
            },
            partition_keys=[
                glue.CfnTable.ColumnProperty(name="hour", type="string", comment="when the row arrived, UTC")
            ],
            storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                columns=columns,
                location=location,
                input_format=f"{PARQUET}.MapredParquetInputFormat",
                output_format=f"{PARQUET}.MapredParquetOutputFormat",
                serde_info=_SERDE,
            ),
        ),
    )
