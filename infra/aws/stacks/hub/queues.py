"""The hub's queues, each with another for what fails for good."""

from dataclasses import dataclass

from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.queue import queue
from infra.aws.constructs.stack import ParleyStack
from infra.aws.settings.hub_times import INBOUND_HIDDEN_S, INBOUND_RECEIVES, wake_up_hidden_s, wake_up_receives
from orchestrator.settings import Settings


@dataclass(frozen=True)
class Queues:
    """`dead` and `dead_wake_ups` hold work that failed for good. `dead_sweeps` tells that a sweep failed; what it left
    undone, the next one does.
    """

    inbound: sqs.Queue
    dead: sqs.Queue
    wake_ups: sqs.Queue
    dead_wake_ups: sqs.Queue
    dead_sweeps: sqs.Queue


def queues(stack: ParleyStack, settings: Settings) -> Queues:
    """All of them, with the times that these settings ask for."""
    dead = queue(stack, "InboundDeadLetters")
    dead_sweeps = queue(stack, "SweepDeadLetters")
    accept(dead_sweeps, "AwsSolutions-SQS3", "it is a dead-letter queue, of a schedule and a function")
    dead_wake_ups = queue(stack, "WakeUpsDeadLetters", fifo=True)
    return Queues(
        inbound=queue(
            stack,
            "Inbound",
            hidden_s=INBOUND_HIDDEN_S,
            dead=sqs.DeadLetterQueue(queue=dead, max_receive_count=INBOUND_RECEIVES),
        ),
        dead=dead,
        wake_ups=queue(
            stack,
            "WakeUps",
            fifo=True,
            hidden_s=wake_up_hidden_s(settings),
            dead=sqs.DeadLetterQueue(queue=dead_wake_ups, max_receive_count=wake_up_receives(settings)),
        ),
        dead_wake_ups=dead_wake_ups,
        dead_sweeps=dead_sweeps,
    )
