"""A Lambda function of Parley: Python on arm64, JSON logs that are kept for a while, traced, with a role of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.log import log_group
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack

RUNTIME = lambda_.Runtime.PYTHON_3_13
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


@dataclass(frozen=True)
class Program:
    """What a function runs: `handler` is `module.function` of `asset`, a name of infra/aws/packaging."""

    asset: str
    handler: str
    timeout_s: int
    memory_mb: int


class Function(lambda_.Function):
    """`allowed` are all rights besides its own logs and traces; `acting` is the role that has them.

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
            environment=dict(environment or {}),
            environment_encryption=stack.key,
            timeout=Duration.seconds(program.timeout_s),
            memory_size=program.memory_mb,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        accept(self, "AwsSolutions-L1", "the assets are built, and tested, for this version of Python")
        self.acting = acting
