"""Keeps the knowledge base up to date: documents as they come or go, the web every week, all of it on deployment.

    documents bucket ─ EventBridge ▶ SQS ─ a minute's worth ▶ λ ▶ one ingestion job
                                      └ DLQ                  └ a job is running already: later

An upload that arrives while a job runs waits in the queue and gets the next job.
"""

from aws_cdk import Duration
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.custom import Custom, custom_resource
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.queue import queue
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.knowledge.vectors import KnowledgeBase

TIMEOUT_S = 30
AGAIN_AFTER_S = 300  # of an upload whose job could not start: a job takes minutes
TRIES = 100  # eight hours of jobs that run before ours
GATHERED_S = 60  # uploads of so long become one job


class Ingestion:
    """`dead_letters` are uploads whose job never started; `function` starts jobs."""

    def __init__(self, stack: ParleyStack, base: KnowledgeBase, documents: s3.Bucket) -> None:
        self._stack = stack
        self.dead_letters = queue(stack, "UploadsDeadLetters")
        refused = sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TRIES)
        self.uploads = queue(stack, "Uploads", hidden_s=AGAIN_AFTER_S, dead=refused)
        self._hear(documents)
        self.function = Function(
            stack,
            "Ingest",
            Program("deploying", "infra.aws.custom.ingestion.on_upload", TIMEOUT_S, 256),
            allowed=[
                allow("bedrock:StartIngestionJob", on=base.arn),
                allow(
                    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), on=self.uploads.queue_arn
                ),
                *([allow("kms:Decrypt", on=stack.key.key_arn)] if stack.key else []),
            ],
            environment={"KNOWLEDGE_BASE_ID": base.id, "DATA_SOURCE_ID": base.documents.attr_data_source_id},
        )
        lambda_.EventSourceMapping(
            stack,
            "UploadsToIngest",
            target=self.function,
            event_source_arn=self.uploads.queue_arn,
            batch_size=1000,
            max_batching_window=Duration.seconds(GATHERED_S),
            max_concurrency=2,
            report_batch_item_failures=True,
        )
        if base.web:
            self._crawl_weekly(base, base.web)
        at_once = Custom("ingestion", [allow("bedrock:StartIngestionJob", on=base.arn)], timeout_s=60)
        sources = [source.attr_data_source_id for source in base.sources]
        custom_resource(stack, "Ingestion", at_once, {"KnowledgeBaseId": base.id, "DataSourceIds": sources})

    def _hear(self, documents: s3.Bucket) -> None:
        """Queue a notice of each document that comes or goes.

        The statement is written here: CDK's own target lets any rule of any account send, where the queue has a key.
        Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
        """
        changed = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created", "Object Deleted"],
            "detail": {"bucket": {"name": [documents.bucket_name]}},
        }
        target = events.CfnRule.TargetProperty(id="uploads", arn=self.uploads.queue_arn)
        rule = events.CfnRule(self._stack, "DocumentChanged", event_pattern=changed, state="ENABLED", targets=[target])
        self.uploads.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventBridge",
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.uploads.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )

    def _crawl_weekly(self, base: KnowledgeBase, web: bedrock.CfnDataSource) -> None:
        """By EventBridge Scheduler's own call of the API; a job that runs already is reason enough to skip one."""
        crawling = role(
            self._stack,
            "CrawlRole",
            iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self._stack.account}}
            ),
            [allow("bedrock:StartIngestionJob", on=base.arn)],
        )
        scheduler.CfnSchedule(
            self._stack,
            "CrawlWeekly",
            schedule_expression="rate(7 days)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
                mode="FLEXIBLE", maximum_window_in_minutes=60
            ),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=f"arn:{self._stack.partition}:scheduler:::aws-sdk:bedrockagent:startIngestionJob",
                role_arn=crawling.role_arn,
                input=self._stack.to_json_string({"KnowledgeBaseId": base.id, "DataSourceId": web.attr_data_source_id}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=3),
            ),
        )
