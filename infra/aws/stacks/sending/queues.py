"""The queues of sending, each with another for what fails for good.

    dispatcher ─▶ sends ─▶ λ send           topics of the configuration sets ─ filter ─┐
                                            topic of WhatsApp ─────────────────────────┴▶ progress ─▶ λ progress

SNS looks into the bodies of what SMS and SES tell, and passes on what carries a send's id; what WhatsApp tells is JSON
within JSON, into which it cannot look: all of it comes, and the function takes what is of sends.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html (payload-based filtering)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.queue import queue
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.topics import Filter, subscribe

SEND_S = 60  # how long λ send may take: a step has a claim, and providers answer within seconds
PROGRESS_S = 30
TRIES = 10  # receives before a wake-up or an event is put aside; the last of them ends the step

# What of a topic is of sends, by its name.
FILTERS: Mapping[str, Filter] = {
    "SmsProgress": {"context": {"send_id": [{"exists": True}]}},
    "MailProgress": {"mail": {"tags": {"send_id": [{"exists": True}]}}},
}


@dataclass(frozen=True)
class SendingQueues:
    """`dead_…` hold what failed for good; `dead_sweeps` tells that a sweep failed, and the next one does its work."""

    sends: sqs.Queue
    dead_sends: sqs.Queue
    progress: sqs.Queue
    dead_progress: sqs.Queue
    dead_sweeps: sqs.Queue


def sending_queues(stack: ParleyStack, topics: Mapping[str, str]) -> SendingQueues:
    """All of them; `topics` are ARNs by name."""
    dead_sends, dead_progress = queue(stack, "SendWakeUpsDeadLetters"), queue(stack, "ProgressEventsDeadLetters")
    dead_sweeps = queue(stack, "SendSweepDeadLetters")
    accept(dead_sweeps, "AwsSolutions-SQS3", "it is a dead-letter queue, of a schedule and a function")
    made = SendingQueues(
        sends=queue(stack, "SendWakeUps", hidden_s=6 * SEND_S, dead=_after_tries(dead_sends)),
        dead_sends=dead_sends,
        progress=queue(stack, "ProgressEvents", hidden_s=6 * PROGRESS_S, dead=_after_tries(dead_progress)),
        dead_progress=dead_progress,
        dead_sweeps=dead_sweeps,
    )
    if topics:
        subscribe(stack, made.progress, dead_progress, dict(topics), FILTERS)
    return made


def _after_tries(dead: sqs.Queue) -> sqs.DeadLetterQueue:
    return sqs.DeadLetterQueue(queue=dead, max_receive_count=TRIES)
