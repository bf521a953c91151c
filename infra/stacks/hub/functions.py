"""The hub's three functions, and what starts them.

    inbound ─ ten at a time ▶ ingress        wake-ups ─ one at a time ▶ converse        every minute ▶ sweep

Both mappings take as many at once as the settings allow (`MaximumConcurrency`), which brakes cost without taking
capacity away from anyone. What fails of a batch is reported message by message.
Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html,
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
"""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from infra.constructs.accepted import accept_wildcard, accept_wildcards
from infra.constructs.answerer_rights import asking_answerers
from infra.constructs.function import Function, Program
from infra.constructs.key_rights import encrypting
from infra.constructs.rights import allow, role
from infra.constructs.stack import ParleyStack
from infra.settings.hub_times import INGRESS_S, converse_s
from infra.stacks.hub.rights import Memory, Rights, of_converse, of_ingress, of_sweep

INGRESS_MB = 1024  # reading a mail of 39 MB takes 356 MB (measured); with memory comes CPU, to read it in seconds
CONVERSE_MB = 512  # imports and clients take 64 MB (measured); the rest of the time it waits
INGRESS_BATCH = 10  # the most without waiting for more: a busy hub starts fewer functions, an idle one answers at once
SWEEP_S = 60


class Functions:
    """`environment` is the hub's settings, the same for all three."""

    def __init__(self, stack: ParleyStack, memory: Memory, sending: Rights, environment: Mapping[str, str]) -> None:
        self._stack = stack
        settings, hub = stack.deployment.settings, stack.deployment.hub
        asking = asking_answerers(stack, settings)
        self.ingress = Function(
            stack,
            "Ingress",
            Program("hub", "orchestrator.handlers.ingress", INGRESS_S, INGRESS_MB),
            of_ingress(stack, memory),
            environment,
        )
        self.converse = Function(
            stack,
            "Converse",
            Program("hub", "orchestrator.handlers.converse", converse_s(settings), CONVERSE_MB),
            of_converse(stack, memory, sending, asking),
            environment,
        )
        self.sweep = Function(
            stack,
            "Sweep",
            Program("hub", "orchestrator.handlers.sweep", SWEEP_S, CONVERSE_MB),
            of_sweep(stack, memory, sending),
            environment,
        )
        if memory.mails:
            accept_wildcard(self.ingress.acting, memory.mails.arn_for_objects("*"), "SES names the mails")
        for function in (self.converse, self.sweep):
            accept_wildcards(function.acting, sending, "WhatsApp numbers come and go: hub.whatsapp_numbers narrows it")
        accept_wildcards(self.converse.acting, asking, "a profile picks the region, and only requests through it pass")
        self._feed(self.ingress, memory.queues.inbound, INGRESS_BATCH, hub.ingress_at_once)
        self._feed(self.converse, memory.queues.wake_ups, 1, hub.converse_at_once)
        self._every_minute(memory.queues.dead_sweeps)

    def _feed(self, function: Function, queue: sqs.Queue, batch: int, at_once: int) -> None:
        lambda_.EventSourceMapping(
            self._stack,
            f"{function.node.id}Mapping",
            target=function,
            event_source_arn=queue.queue_arn,
            batch_size=batch,
            max_concurrency=at_once,
            report_batch_item_failures=True,
        )

    def _every_minute(self, dead: sqs.Queue) -> None:
        """A sweep that fails is not tried again, for the next one is a minute away: both the schedule and the function
        say at once, in the dead letters, that it did.
        """
        lambda_.CfnEventInvokeConfig(
            self._stack,
            "SweepOnce",
            function_name=self.sweep.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=SWEEP_S,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead.queue_arn)
            ),
        )
        acting = role(
            self._stack,
            "ScheduleRole",
            iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self._stack.account}}
            ),
            [
                allow("lambda:InvokeFunction", on=self.sweep.function_arn),
                allow("sqs:SendMessage", on=dead.queue_arn),
                *encrypting(self._stack),
            ],
        )
        schedule = scheduler.CfnSchedule(
            self._stack,
            "EveryMinute",
            description="Wakes what was forgotten, ends what is too old",
            schedule_expression="rate(1 minute)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.sweep.function_arn,
                role_arn=acting.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=0, maximum_event_age_in_seconds=SWEEP_S
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead.queue_arn),
            ),
        )
        schedule.node.add_dependency(acting)
