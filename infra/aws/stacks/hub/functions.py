"""The hub's three functions, and what starts them.

    inbound ─ ten at a time ▶ ingress        wake-ups ─ one at a time ▶ converse        every minute ▶ sweep

Both mappings take as many at once as the settings allow (`MaximumConcurrency`), which brakes cost without taking
capacity away from anyone; where others may use up the account's, answering can have some reserved. What fails of a
batch is reported message by message.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from infra.aws.constructs.accepted import accept_wildcard, accept_wildcards
from infra.aws.constructs.answerer_rights import asking_answerers
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.schedule import Clock, schedule
from infra.aws.constructs.stack import ParleyStack
from infra.aws.settings.hub_times import INGRESS_S, converse_s
from infra.aws.stacks.hub.rights import Memory, Rights, of_converse, of_ingress, of_sweep
from orchestrator.sections import part
from orchestrator.settings import Answering, Receiving

INGRESS_MB = 1024  # reading a mail of 39 MB takes 356 MB (measured); with memory comes CPU, to read it in seconds
CONVERSE_MB = 512  # imports and clients take 64 MB (measured); the rest of the time it waits
INGRESS_BATCH = 10  # the most without waiting for more: a busy hub starts fewer functions, an idle one answers at once
SWEEP_S = 60
EVERY_MINUTE = Clock("Sweep", "rate(1 minute)", "Wakes what was forgotten, ends what is too old", late_s=SWEEP_S)


class Functions:
    """Each is given those of the hub's settings that it reads."""

    def __init__(self, stack: ParleyStack, memory: Memory, sending: Rights, settings: Answering) -> None:
        hub, receiving = stack.deployment.hub, part(Receiving, settings)
        asking = asking_answerers(stack, settings)
        self.ingress = Function(
            stack,
            "Ingress",
            Program("hub", "orchestrator.handlers.ingress", INGRESS_S, INGRESS_MB),
            of_ingress(stack, memory),
            settings=receiving,
        )
        self.converse = Function(
            stack,
            "Converse",
            Program(
                *("hub", "orchestrator.handlers.converse", converse_s(settings), CONVERSE_MB), hub.converse_reserved
            ),
            of_converse(stack, memory, sending, asking),
            settings=settings,
        )
        self.sweep = Function(
            stack,
            "Sweep",
            Program("hub", "orchestrator.handlers.sweep", SWEEP_S, CONVERSE_MB),
            of_sweep(stack, memory, sending),
            settings=receiving,
        )
        self._accept(memory, sending, asking)
        self.ingress.take(memory.queues.inbound, INGRESS_BATCH, hub.ingress_at_once)
        self.converse.take(memory.queues.wake_ups, 1, hub.converse_at_once)
        schedule(stack, EVERY_MINUTE, self.sweep, memory.queues.dead_sweeps)

    def _accept(self, memory: Memory, sending: Rights, asking: Rights) -> None:
        """Why some rights are on many resources."""
        if memory.mails:
            accept_wildcard(self.ingress.acting, memory.mails.arn_for_objects("*"), "SES names the mails")
        for function in (self.converse, self.sweep):
            accept_wildcards(
                function.acting,
                sending,
                "numbers of WhatsApp, and of a pool, come and go: hub.whatsapp_numbers and hub.sms_numbers narrow it",
            )
        accept_wildcards(
            self.converse.acting,
            asking,
            "a profile picks the region, and only requests through it pass; a call that searches and writes, as"
            " RetrieveAndGenerate, knows no resource",
        )
