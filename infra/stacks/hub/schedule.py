"""Starts the sweep every minute.

A sweep that fails is not tried again, for the next one is a minute away: both the schedule and the function say at
once, in the dead letters, that it did.
Sources: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from infra.constructs.function import Function
from infra.constructs.key_rights import encrypting
from infra.constructs.rights import allow, role
from infra.constructs.stack import ParleyStack

SWEEP_S = 60


def every_minute(stack: ParleyStack, sweep: Function, dead: sqs.Queue) -> None:
    """Once, and never again for the same minute."""
    _only_once(stack, sweep, dead)
    rights = [
        allow("lambda:InvokeFunction", on=sweep.function_arn),
        allow("sqs:SendMessage", on=dead.queue_arn),
        *encrypting(stack),
    ]
    here = {"StringEquals": {"aws:SourceAccount": stack.account}}
    acting = role(stack, "ScheduleRole", iam.ServicePrincipal("scheduler.amazonaws.com", conditions=here), rights)
    schedule = scheduler.CfnSchedule(
        stack,
        "EveryMinute",
        description="Wakes what was forgotten, ends what is too old",
        schedule_expression="rate(1 minute)",
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=scheduler.CfnSchedule.TargetProperty(
            arn=sweep.function_arn,
            role_arn=acting.role_arn,
            retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                maximum_retry_attempts=0, maximum_event_age_in_seconds=SWEEP_S
            ),
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead.queue_arn),
        ),
    )
    schedule.node.add_dependency(acting)


def _only_once(stack: ParleyStack, sweep: Function, dead: sqs.Queue) -> None:
    lambda_.CfnEventInvokeConfig(
        stack,
        "SweepOnce",
        function_name=sweep.function_name,
        qualifier="$LATEST",
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=SWEEP_S,
        destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
            on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead.queue_arn)
        ),
    )
