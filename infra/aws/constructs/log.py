"""A group of logs, kept for as long as the deployment says."""

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from infra.aws.constructs.stack import ParleyStack


def log_group(stack: ParleyStack, name: str) -> logs.LogGroup:
    """It goes with the stack."""
    made = logs.LogGroup(stack, name, encryption_key=stack.key, removal_policy=RemovalPolicy.DESTROY)
    kept = cast("logs.CfnLogGroup", made.node.default_child)
    kept.retention_in_days = stack.deployment.log_retention_days  # in days, for which CDK's class has other names
    return made
