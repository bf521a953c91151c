"""A Lambda function of Parley: Python on arm64, JSON logs that are kept for a while, traced, with a role of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from infra.constructs.accepted import accept
from infra.constructs.rights import allow, role
from infra.constructs.stack import ParleyStack

RUNTIME = lambda_.Runtime.PYTHON_3_13
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


@dataclass(frozen=True)
class Program:
    """What a function runs: `handler` is `module.function` of `asset`, a name of infra/packaging."""

    asset: str
    handler: str
    timeout_s: int
    memory_mb: int


class Function(lambda_.Function):
    """`allowed` are all rights besides its own logs and traces.

    Tracing is asked for by CDK itself, which adds its two actions; they know no resource.
    """

    def __init__(
        self,
        stack: ParleyStack,
        name: str,
        program: Program,
        allowed: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        log = logs.LogGroup(stack, f"{name}Log", encryption_key=stack.key, removal_policy=RemovalPolicy.DESTROY)
        kept = cast("logs.CfnLogGroup", log.node.default_child)
        kept.retention_in_days = stack.deployment.log_retention_days  # in days, for which CDK's class has other names
        writing = allow("logs:CreateLogStream", "logs:PutLogEvents", on=log.log_group_arn)
        acting = role(stack, f"{name}Role", LAMBDA, [*allowed, writing])
        accept(acting, "AwsSolutions-IAM5[Resource::*]", "X-Ray's actions know no resource")
        super().__init__(
            stack,
            name,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(stack.plan.assets(program.asset))),
            handler=program.handler,
            role=acting,
            environment=dict(environment or {}),
            environment_encryption=stack.key,
            timeout=Duration.seconds(program.timeout_s),
            memory_size=program.memory_mb,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        accept(self, "AwsSolutions-L1", "the assets are built, and tested, for this version of Python")
