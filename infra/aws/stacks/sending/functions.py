"""The functions of sending, what starts them, and what each may do: exactly what orchestrator/ calls.

    sends ─ one at a time ▶ send        progress ─ ten at a time ▶ progress        every minute ▶ sweep_sends

tests/infra/permissions holds the rights to the calls that were recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.aws.constructs.accepted import accept_wildcards
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.key_rights import encrypting
from infra.aws.constructs.rights import allow
from infra.aws.constructs.schedule import Clock, schedule
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.rights import taking
from infra.aws.stacks.sending.queues import PROGRESS_S, SEND_S, SendingQueues
from orchestrator.settings import Sending
from orchestrator.stores.dynamodb.items import DUE_INDEX

Rights = Sequence[iam.PolicyStatement]

MEMORY_MB = 512
PROGRESS_BATCH = 10
SWEEP_S = 60
EVERY_MINUTE = Clock("SendSweep", "rate(1 minute)", "Wakes sends whose wait is over, or was lost", late_s=SWEEP_S)


@dataclass(frozen=True)
class Kept:
    """Where sends are kept: the hub's table, by keys of its secret."""

    table: dynamodb.CfnTable
    key: secretsmanager.CfnSecret


class SendingFunctions:
    """`sending` are the rights to send by what the deployer has named."""

    def __init__(
        self, stack: ParleyStack, kept: Kept, queues: SendingQueues, sending: Rights, settings: Sending
    ) -> None:
        self._stack, self._settings = stack, settings
        at_once = stack.deployment.sending.at_once
        secret = allow("secretsmanager:GetSecretValue", on=kept.key.ref)
        waking = allow("sqs:SendMessage", on=queues.sends.queue_arn)
        common = [secret, waking, *encrypting(stack)]
        table, index = kept.table.attr_arn, f"{kept.table.attr_arn}/index/{DUE_INDEX}"
        carrying = allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", on=table)
        self.send = self._function(
            "Send", "send", SEND_S, [taking(queues.sends.queue_arn), carrying, *sending, *common]
        )
        told = [taking(queues.progress.queue_arn), allow("dynamodb:PutItem", on=table), *common]
        self.progress = self._function("Progress", "progress", PROGRESS_S, told)
        ending = allow("sqs:SendMessage", on=queues.dead_sweeps.queue_arn)
        finding = [allow("dynamodb:Query", on=index), ending, *common]
        self.sweep = self._function("SendSweep", "sweep_sends", SWEEP_S, finding)
        accept_wildcards(self.send.acting, sending, "a number of WhatsApp is named by an id of AWS's own")
        self.send.take(queues.sends, 1, at_once)
        self.progress.take(queues.progress, PROGRESS_BATCH, at_once)
        schedule(stack, EVERY_MINUTE, self.sweep, queues.dead_sweeps)

    @property
    def all(self) -> tuple[Function, ...]:
        """Every one, for who watches them."""
        return self.send, self.progress, self.sweep

    def _function(self, name: str, handler: str, timeout_s: int, allowed: Rights) -> Function:
        program = Program("hub", f"orchestrator.handlers.{handler}", timeout_s, MEMORY_MB)
        return Function(self._stack, name, program, allowed, settings=self._settings)
