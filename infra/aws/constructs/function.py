"""A Lambda function of Parley: Python on arm64, JSON logs that are kept for a while, traced, with a role of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.log import log_group
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.settings_file import settings_file
from infra.aws.constructs.stack import ParleyStack
from infra.aws.settings.room import short_and_long

RUNTIME = lambda_.Runtime.PYTHON_3_13
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


@dataclass(frozen=True)
class Program:
    """What a function runs: `handler` is `module.function` of `asset`, a name of infra/aws/packaging."""

    asset: str
    handler: str
    timeout_s: int
    memory_mb: int
    reserved: int = 0  # of the account's concurrency, for this function alone; 0 for none


class Function(lambda_.Function):
    """`allowed` are all rights besides its own logs and traces; `acting` is the role that has them.

    `settings` are the sections that it reads: given as variables, besides those of `environment`, and what is long
    as a file.

    Tracing is asked for by CDK itself, which adds its two actions; they know no resource.
    """

    def __init__(
        self,
        stack: ParleyStack,
        name: str,
        program: Program,
        allowed: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str] | None = None,
        settings: msgspec.Struct | None = None,
    ) -> None:
        short, long = short_and_long(settings) if settings else ({}, {})
        log = log_group(stack, f"{name}Log")
        writing = allow("logs:CreateLogStream", "logs:PutLogEvents", on=log.log_group_arn)
        acting = role(stack, f"{name}Role", LAMBDA, [*allowed, writing])
        accept(acting, "AwsSolutions-IAM5[Resource::*]", "X-Ray's actions know no resource")
        super().__init__(
            stack,
            name,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(stack.inputs.assets(program.asset))),
            handler=program.handler,
            role=acting,
            environment={**(environment or {}), **short},
            layers=[settings_file(stack, f"{name}Settings", long)] if long else None,
            environment_encryption=stack.key,
            timeout=Duration.seconds(program.timeout_s),
            memory_size=program.memory_mb,
            reserved_concurrent_executions=program.reserved or None,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        accept(self, "AwsSolutions-L1", "the assets are built, and tested, for this version of Python")
        self.acting = acting

    def take(self, queue: sqs.Queue, batch: int, at_once: int) -> None:
        """Take what comes on a queue, `batch` of it together. What fails of a batch is reported message by message."""
        lambda_.EventSourceMapping(
            self.stack,
            f"{self.node.id}Mapping",
            target=self,
            event_source_arn=queue.queue_arn,
            batch_size=batch,
            max_concurrency=at_once,
            report_batch_item_failures=True,
        )
