"""What Bedrock tells of each ingestion, and a metric of those that failed, whole or in part: it has none of its own.

A filter's metric takes dimensions from what it reads, not from us: the knowledge base is the one that tells two stages
apart. Who deploys needs `logs:PutResourcePolicy`, by which Bedrock is let into the group.
Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-bases-logging.html (set up, and what is told),
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs

from infra.aws.constructs.log import log_group
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.knowledge.vectors import KnowledgeBase

_METRIC = "IngestionsFailed"
PATTERN = (
    '{ $.event_type = "StartIngestionJob.StatusChanged" && ($.event.ingestion_job_status = "FAILED" ||'
    " $.event.resource_statistics.number_of_resources_failed > 0) }"
)


class IngestionLog:
    """`group` is where documents that failed are named, with the reason."""

    def __init__(self, stack: ParleyStack, base: KnowledgeBase) -> None:
        self._base = base
        self.group = log_group(stack, "KnowledgeBaseLog")
        name = f"parley-{stack.deployment.stage}-knowledge"
        source = logs.CfnDeliverySource(
            stack, "IngestionTold", name=name, log_type="APPLICATION_LOGS", resource_arn=base.arn
        )
        destination = logs.CfnDeliveryDestination(
            stack, "IngestionKept", name=name, destination_resource_arn=self.group.log_group_arn
        )
        delivery = logs.CfnDelivery(
            stack,
            "IngestionDelivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.attr_arn,
        )
        delivery.node.add_dependency(source)
        logs.CfnMetricFilter(
            stack,
            "IngestionFailures",
            log_group_name=self.group.log_group_name,
            filter_pattern=PATTERN,
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_namespace="Parley",
                    metric_name=_METRIC,
                    metric_value="1",
                    dimensions=[
                        logs.CfnMetricFilter.DimensionProperty(key="knowledge_base", value="$.event.knowledge_base_arn")
                    ],
                )
            ],
        )

    def failures(self, period: Duration) -> cloudwatch.Metric:
        """Ingestions that failed, or left documents out."""
        return cloudwatch.Metric(
            namespace="Parley",
            metric_name=_METRIC,
            dimensions_map={"knowledge_base": self._base.arn},
            statistic="Sum",
            period=period,
            label=_METRIC,
        )
