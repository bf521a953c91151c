"""A custom resource: a handler of infra/aws/custom, run by Lambda while a stack is deployed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_iam as iam
from aws_cdk.custom_resources import Provider

from infra.aws.constructs.accepted import accept_wildcard
from infra.aws.constructs.function import LAMBDA, Function, Program
from infra.aws.constructs.log import log_group
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack

_MARGIN_S = 60  # that CloudFormation waits longer than the function may run


@dataclass(frozen=True)
class Custom:
    """`module` is one of infra/aws/custom, with a function `handler`; `allowed` are the rights that it needs;
    `wildcards`, why some are on many resources, by what the statement names.
    """

    module: str
    allowed: Sequence[iam.PolicyStatement]
    wildcards: Mapping[str, str] = field(default_factory=dict)
    timeout_s: int = 300


def custom_resource(stack: ParleyStack, name: str, custom: Custom, properties: Mapping[str, object]) -> CustomResource:
    """The resource, of the type Custom::Parley<name>. Whatever it needs to be there, add as a dependency."""
    program = Program("deploying", f"infra.aws.custom.{custom.module}.handler", custom.timeout_s, memory_mb=256)
    function = Function(stack, f"{name}Function", program, custom.allowed)
    for resource, reason in custom.wildcards.items():
        accept_wildcard(function.acting, resource, reason)
    return CustomResource(
        stack,
        name,
        service_token=_framework(stack, name, function).service_token,
        resource_type=f"Custom::Parley{name}",
        properties=dict(properties),
        service_timeout=Duration.seconds(custom.timeout_s + _MARGIN_S),
    )


def _framework(stack: ParleyStack, name: str, function: Function) -> Provider:
    """CDK's function between CloudFormation and ours: it answers for us even where ours dies. Its rights are CDK's."""
    log = log_group(stack, f"{name}FrameworkLog")
    writing = allow("logs:CreateLogStream", "logs:PutLogEvents", on=log.log_group_arn)
    acting = role(stack, f"{name}FrameworkRole", LAMBDA, [writing])
    framework = Provider(
        stack, f"{name}Framework", on_event_handler=function, framework_on_event_role=acting, log_group=log
    )
    accept_wildcard(acting, f"{function.function_arn}:*", "CDK's framework may invoke any version of our function")
    return framework
