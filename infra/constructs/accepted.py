"""Findings of cdk-nag that are meant to be so."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(construct: IConstruct, rule: str, reason: str) -> None:
    """`rule` as cdk-nag reports it for this resource and what is below it: AwsSolutions-S1, or with its detail in
    brackets, AwsSolutions-IAM5[Resource::*].
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
