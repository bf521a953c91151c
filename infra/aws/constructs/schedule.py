"""A function that runs by the clock, and says at once, in a queue, when it did not.

It is not tried again, for the next time comes.
Sources: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.function import Function
from infra.aws.constructs.key_rights import encrypting
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack


@dataclass(frozen=True)
class Clock:
    """`expression` is EventBridge Scheduler's, UTC; what cannot begin within `late_s` seconds is left out."""

    name: str
    expression: str
    description: str
    late_s: int


def schedule(stack: ParleyStack, clock: Clock, function: Function, dead: sqs.Queue) -> None:
    """`function` itself needs the right to send to `dead`."""
    lambda_.CfnEventInvokeConfig(
        stack,
        f"{clock.name}Once",
        function_name=function.function_name,
        qualifier="$LATEST",
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=clock.late_s,
        destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
            on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead.queue_arn)
        ),
    )
    principal = iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
    )
    allowed = [
        allow("lambda:InvokeFunction", on=function.function_arn),
        allow("sqs:SendMessage", on=dead.queue_arn),
        *encrypting(stack),
    ]
    acting = role(stack, f"{clock.name}ScheduleRole", principal, allowed)
    schedule = scheduler.CfnSchedule(
        stack,
        f"{clock.name}Schedule",
        description=clock.description,
        schedule_expression=clock.expression,
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=scheduler.CfnSchedule.TargetProperty(
            arn=function.function_arn,
            role_arn=acting.role_arn,
            retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                maximum_retry_attempts=0, maximum_event_age_in_seconds=clock.late_s
            ),
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead.queue_arn),
        ),
    )
    schedule.node.add_dependency(acting.node.find_child("DefaultPolicy"))
