"""Optional: QuickSight data sets over the views of the lake.

Each asks Athena directly, in the lake's workgroup and within its limit. A column brings its meaning along. QuickSight
itself has to be allowed, once and by hand, to use Athena and the lake's buckets: docs/deploy.md says where. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-quicksight-dataset.html,
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSet.html; what an owner may do is as in
https://github.com/aws-solutions/security-insights-on-aws, which is AWS's own.
"""

from collections.abc import Sequence

from aws_cdk import aws_quicksight as quicksight
from constructs import Construct

from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.lake.stack import LakeStack
from infra.outputs import QuickSightOutputs
from queries.catalogue.entries import Catalogue
from queries.published.quicksight import DataSet, DataSetColumn, data_sets

_OWNS_SOURCE = [
    f"quicksight:{action}"
    for action in (
        *("DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"),
        *("UpdateDataSource", "UpdateDataSourcePermissions", "DeleteDataSource"),
    )
]
_OWNS_SET = [
    f"quicksight:{action}"
    for action in (
        *("DescribeDataSet", "DescribeDataSetPermissions", "PassDataSet", "DescribeIngestion", "ListIngestions"),
        *("UpdateDataSet", "UpdateDataSetPermissions", "DeleteDataSet", "CreateIngestion", "CancelIngestion"),
    )
]


class QuickSightStack(ParleyStack):
    """A data source, which is the workgroup, and a data set for each view. The principal of the settings owns them."""

    def __init__(self, scope: Construct, inputs: StackInputs, lake: LakeStack) -> None:
        super().__init__(scope, QuickSightOutputs, inputs, "Parley: QuickSight data sets over the lake's views")
        self.database_name = lake.database_name
        self.source = self._source(lake.workgroup.ref)
        for each in data_sets(Catalogue.shipped()):
            self._data_set(each)
        publish(self, QuickSightOutputs(data_source_arn=self.source.attr_arn))

    def _source(self, workgroup_name: str) -> quicksight.CfnDataSource:
        return quicksight.CfnDataSource(
            self,
            "Source",
            aws_account_id=self.account,
            data_source_id=f"parley-{self.deployment.stage}",
            name=f"Parley {self.deployment.stage}",
            type="ATHENA",
            data_source_parameters=quicksight.CfnDataSource.DataSourceParametersProperty(
                athena_parameters=quicksight.CfnDataSource.AthenaParametersProperty(work_group=workgroup_name)
            ),
            ssl_properties=quicksight.CfnDataSource.SslPropertiesProperty(disable_ssl=False),
            permissions=[
                quicksight.CfnDataSource.ResourcePermissionProperty(
                    principal=self.deployment.quicksight.principal, actions=_OWNS_SOURCE
                )
            ],
        )

    def _data_set(self, each: DataSet) -> None:
        table_id = each.name.replace("_", "-")
        quicksight.CfnDataSet(
            self,
            f"Set{''.join(word.capitalize() for word in each.name.split('_'))}",
            aws_account_id=self.account,
            data_set_id=f"parley-{self.deployment.stage}-{table_id}",
            name=f"Parley {self.deployment.stage}: {each.title}"[:128],
            import_mode="DIRECT_QUERY",
            physical_table_map={table_id: self._table(each)},
            logical_table_map={table_id: _described(table_id, each.name, each.columns)},
            permissions=[
                quicksight.CfnDataSet.ResourcePermissionProperty(
                    principal=self.deployment.quicksight.principal, actions=_OWNS_SET
                )
            ],
        )

    def _table(self, each: DataSet) -> quicksight.CfnDataSet.PhysicalTableProperty:
        return quicksight.CfnDataSet.PhysicalTableProperty(
            relational_table=quicksight.CfnDataSet.RelationalTableProperty(
                data_source_arn=self.source.attr_arn,
                catalog="AwsDataCatalog",
                schema=self.database_name,
                name=each.name,
                input_columns=[
                    quicksight.CfnDataSet.InputColumnProperty(name=column.name, type=column.type)
                    for column in each.columns
                ],
            )
        )


def _described(
    table_id: str, name: str, columns: Sequence[DataSetColumn]
) -> quicksight.CfnDataSet.LogicalTableProperty:
    """The table as it is, with its columns' meanings."""
    tags = [
        quicksight.CfnDataSet.TagColumnOperationProperty(
            column_name=column.name,
            tags=[
                quicksight.CfnDataSet.ColumnTagProperty(
                    column_description=quicksight.CfnDataSet.ColumnDescriptionProperty(text=column.meaning)
                )
            ],
        )
        for column in columns
    ]
    return quicksight.CfnDataSet.LogicalTableProperty(
        alias=name,
        source=quicksight.CfnDataSet.LogicalTableSourceProperty(physical_table_id=table_id),
        data_transforms=[quicksight.CfnDataSet.TransformOperationProperty(tag_column_operation=tag) for tag in tags],
    )
