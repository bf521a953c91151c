"""The lake: where rows lie, how they come there, and how they are asked for."""

from aws_cdk import aws_logs as logs
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream
from constructs import Construct

from infra.aws.constructs.function import Function
from infra.aws.constructs.key import deployment_key
from infra.aws.constructs.log import log_group
from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.lake.compaction import compaction
from infra.aws.stacks.lake.compatibility import compatibility_tables
from infra.aws.stacks.lake.delivery import Route
from infra.aws.stacks.lake.glue_tables import tables
from infra.aws.stacks.lake.questions import install_views, save_queries
from infra.aws.stacks.lake.storage import ERRORS, ROWS, storage
from infra.aws.stacks.lake.stream import stream, stream_arn
from infra.aws.stacks.lake.transformer import transformer
from infra.aws.stacks.lake.workgroup import workgroup
from infra.outputs import LakeOutputs
from transformer.schema import TableName


class LakeStack(ParleyStack):
    """Buckets, tables, streams, workgroup. Its key, where there is one, is the other stacks' too."""

    def __init__(self, scope: Construct, inputs: StackInputs) -> None:
        super().__init__(scope, LakeOutputs, inputs, "Parley: the engagement data lake")
        self.key = deployment_key(self)
        self.storage = storage(self)
        self.bucket = self.storage.lake
        self.tables = tables(self, self.storage)
        self.database_name = self.tables.database_name
        self.workgroup = workgroup(self, self.storage)
        self.events_transformer, self.events_stream, self.events_log = self._feed("events")
        self.conversations_transformer, self.conversations_stream, self.conversations_log = self._feed("conversations")
        install_views(self, self.workgroup, self.tables, self.storage)
        save_queries(self, self.workgroup, self.tables)
        compatibility_tables(self, self.tables, self.storage)
        self.compaction = compaction(self, self.storage) if inputs.deployment.lake.compaction else None
        publish(self, self._outputs())

    def _feed(self, table: TableName) -> tuple[Function, CfnDeliveryStream, logs.LogGroup]:
        """The way to a table: what makes its rows, what takes events in, and the log of what that cannot deliver."""
        making = transformer(self, table, stream_arn(self, table), self.storage)
        log = log_group(self, f"{table.capitalize()}StreamLog")
        return making, stream(self, Route(table, self.tables, making, self.storage), log), log

    def _outputs(self) -> LakeOutputs:
        return LakeOutputs(
            events_stream_name=self.events_stream.ref,
            conversations_stream_name=self.conversations_stream.ref,
            lake_uri=f"s3://{self.bucket.bucket_name}/{ROWS}",
            errors_uri=f"s3://{self.bucket.bucket_name}/{ERRORS}",
            results_uri=f"s3://{self.storage.results.bucket_name}",
            templates_uri=f"s3://{self.storage.templates.bucket_name}",
            database_name=self.database_name,
            workgroup_name=self.workgroup.ref,
            transformer_function_name=self.events_transformer.function_name,
            events_transformer_log_group=self.events_transformer.log_group.log_group_name,
            conversations_transformer_log_group=self.conversations_transformer.log_group.log_group_name,
            events_stream_log_group=self.events_log.log_group_name,
            conversations_stream_log_group=self.conversations_log.log_group_name,
            compaction_log_group=self.compaction.function.log_group.log_group_name if self.compaction else "",
            compaction_dead_letters_url=self.compaction.dead.queue_url if self.compaction else "",
        )
