"""The tables of AWS's engagement database sample, for statements that are written for them (docs/compatibility.md).

They are views over ours, made as Glue entries, because their names have hyphens, which CREATE VIEW refuses. The
database's name is the sample's: one deployment of an account and region can have them.
"""

from aws_cdk import aws_glue as glue

from infra.constructs.stack import ParleyStack
from infra.stacks.lake.tables import Tables, database_name
from queries.compatibility.glue import GlueTable, glue_views
from queries.compatibility.tables import DATABASE


def compatibility_tables(stack: ParleyStack, ours: Tables) -> None:
    """Both of them, over the tables in `ours`."""
    told = glue.CfnDatabase.DatabaseInputProperty(
        name=DATABASE, description="Parley's lake under the names of AWS's engagement database sample"
    )
    database = glue.CfnDatabase(stack, "SampleDatabase", catalog_id=stack.account, database_input=told)
    for view in glue_views(database_name(stack.deployment.stage)):
        made = _view(stack, database, view)
        made.node.add_dependency(*ours.by_name.values())


def _view(stack: ParleyStack, database: glue.CfnDatabase, view: GlueTable) -> glue.CfnTable:
    columns = [glue.CfnTable.ColumnProperty(name=name, type=type_) for name, type_ in view.columns]
    return glue.CfnTable(
        stack,
        "Sample" + "".join(word.capitalize() for word in view.name.split("-")),
        catalog_id=stack.account,
        database_name=database.ref,
        table_input=glue.CfnTable.TableInputProperty(
            name=view.name,
            table_type=view.table_type,
            parameters=dict(view.parameters),
            storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                columns=columns, location=view.location, serde_info=glue.CfnTable.SerdeInfoProperty()
            ),
            partition_keys=[],
            view_original_text=view.view_original_text,
            view_expanded_text=view.view_expanded_text,
        ),
    )
