"""Findings of cdk-nag that are meant to be so."""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import IConstruct


def accept(construct: IConstruct, rule: str, reason: str) -> None:
    """`rule` as cdk-nag reports it for this resource and what is below it: AwsSolutions-S1, or with its detail in
    brackets, AwsSolutions-IAM5[Resource::*].
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def accept_wildcard(construct: IConstruct, resource: str, reason: str) -> None:
    """A right on many resources, `resource` being the ARN that the statement has."""
    accept(construct, f"AwsSolutions-IAM5[Resource::{_shown(Stack.of(construct).resolve(resource))}]", reason)


def accept_wildcards(construct: IConstruct, statements: Iterable[iam.PolicyStatement], reason: str) -> None:
    """Every right on many resources that `statements` have."""
    for resource in dict.fromkeys(resource for statement in statements for resource in statement.resources):
        if "*" in resource:
            accept_wildcard(construct, resource, reason)


def _shown(resolved: object) -> str:
    """What a template says, as cdk-nag writes it: <Bucket.Arn>/prefix/*"""
    match resolved:
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(_shown, parts))
    return str(resolved)
