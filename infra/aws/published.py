"""Publishes what infra/outputs.py describes as a stack's CloudFormation outputs."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.outputs import Outputs, to_publish


def publish(stack: Stack, outputs: Outputs) -> None:
    """Under their own names, which no construct beside them can take."""
    scope = Construct(stack, "Outputs")
    for each in to_publish(outputs):
        CfnOutput(scope, each.name, value=each.value, description=each.meaning).override_logical_id(each.name)
