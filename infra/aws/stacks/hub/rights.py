"""What each of the hub's functions may do: exactly what orchestrator/ calls, on exactly what it is given.

tests/infra/permissions holds these to the calls that were recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.aws.constructs.key_rights import decrypting, encrypting
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.queues import Queues
from orchestrator.stores.dynamodb.items import DUE_INDEX

Rights = Sequence[iam.PolicyStatement]


@dataclass(frozen=True)
class Memory:
    """What the functions share. `mails` is None where the hub receives no mail."""

    queues: Queues
    table: dynamodb.CfnTable
    key: secretsmanager.CfnSecret
    mails: s3.Bucket | None


def of_ingress(stack: ParleyStack, memory: Memory) -> Rights:
    """Takes events, fetches mails, keeps messages, wakes conversations."""
    fetching = [allow("s3:GetObject", on=memory.mails.arn_for_objects("*"))] if memory.mails else []
    return [
        taking(memory.queues.inbound.queue_arn),
        allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=memory.table.attr_arn),
        allow("sqs:SendMessage", on=memory.queues.wake_ups.queue_arn),
        allow("secretsmanager:GetSecretValue", on=memory.key.ref),
        *fetching,
        *encrypting(stack),
    ]


def of_converse(stack: ParleyStack, memory: Memory, sending: Rights, asking: Rights) -> Rights:
    """Takes wake-ups, asks, sends, keeps every step."""
    return [
        taking(memory.queues.wake_ups.queue_arn),
        _turning(memory.table),
        allow("secretsmanager:GetSecretValue", on=memory.key.ref),
        *sending,
        *asking,
        *decrypting(stack),
    ]


def of_sweep(stack: ParleyStack, memory: Memory, sending: Rights) -> Rights:
    """Finds what is overdue; wakes it, or ends it with an apology, for which it asks nobody."""
    return [
        allow("dynamodb:Query", on=f"{memory.table.attr_arn}/index/{DUE_INDEX}"),
        _turning(memory.table),
        allow("sqs:SendMessage", on=memory.queues.wake_ups.queue_arn),
        allow("sqs:SendMessage", on=memory.queues.dead_sweeps.queue_arn),
        allow("secretsmanager:GetSecretValue", on=memory.key.ref),
        *sending,
        *encrypting(stack),
    ]


def taking(queue_arn: str) -> iam.PolicyStatement:
    """The mapping's own three, and the handlers' choice of when a failed message is shown again.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
    """
    return allow(
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        on=queue_arn,
    )


def _turning(table: dynamodb.CfnTable) -> iam.PolicyStatement:
    return allow("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem", on=table.attr_arn)
