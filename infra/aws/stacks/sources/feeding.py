"""How a service of AWS puts events onto the stream: by a role that may do only that."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.rights import Condition, allow, role
from infra.aws.constructs.stack import ParleyStack


@dataclass(frozen=True)
class Events:
    """Where events go: the stream, or this queue when a service could not put them there."""

    stream_arn: str
    dead: sqs.Queue


@dataclass(frozen=True)
class Service:
    """`actions` are those of Firehose that its guide asks for; `when` narrows for whom it may act."""

    principal: str
    actions: Sequence[str]
    when: Condition


def feeding(stack: ParleyStack, name: str, service: Service, events: Events) -> iam.Role:
    """The role. Its rights are there before anything that names `ready(role)` as a dependency."""
    principal = iam.ServicePrincipal(service.principal, conditions=dict(service.when))
    return role(stack, f"{name}Feed", principal, [allow(*service.actions, on=events.stream_arn)])


def of_set(stack: ParleyStack, service: str, configuration_set: str) -> Condition:
    """Only for this configuration set of this account: no other can have the role used."""
    arn = stack.format_arn(service=service, resource="configuration-set", resource_name=configuration_set)
    return {"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": arn}}
