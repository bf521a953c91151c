"""The stack `hub`: what receives messages, answers them and keeps the conversations."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.hub.functions import Functions
from infra.aws.stacks.hub.mail import Mail
from infra.aws.stacks.hub.numbers import Numbers
from infra.aws.stacks.hub.queues import queues
from infra.aws.stacks.hub.record_pipes import RecordPipes, Streams
from infra.aws.stacks.hub.rights import Memory
from infra.aws.stacks.hub.sending import Reporting, addresses, sending
from infra.aws.stacks.hub.table import conversation_key, conversations_table
from infra.aws.stacks.hub.topics import subscribe
from infra.outputs import HubOutputs
from orchestrator.sections import changed, part
from orchestrator.settings import Answering


class HubStack(ParleyStack):
    """`mail` and `numbers` are None where the hub receives no mail, or no SMS."""

    def __init__(
        self, scope: Construct, inputs: StackInputs, key: kms.IKey | None, streams: Streams, reporting: Reporting
    ) -> None:
        super().__init__(scope, HubOutputs, inputs, "Parley: the hub")
        self.key = key
        hub = inputs.deployment.hub
        self.queues = queues(self, inputs.deployment.settings)
        self.table = conversations_table(self)
        self.conversation_key = conversation_key(self)
        self.mail = Mail(self) if hub.mail_recipients else None
        tried_before = [self.mail.rule] if self.mail else []
        self.numbers = Numbers(self, tried_before) if hub.sms_numbers or hub.new_sms_number else None
        topics = self._topics(reporting)
        if topics:
            subscribe(self, self.queues.inbound, self.queues.dead, topics)
        self.record_pipes = RecordPipes(self, self.table, streams)
        memory = Memory(self.queues, self.table, self.conversation_key, self.mail.bucket if self.mail else None)
        allowed = sending(self, reporting, self.numbers.ids if self.numbers else ())
        self.functions = Functions(self, memory, allowed, self._settings(reporting))
        self._publish(reporting)

    def _topics(self, reporting: Reporting) -> dict[str, str]:
        """What the inbound queue listens to, ARNs by name."""
        known = {
            "Sms": self.numbers.topic.topic_arn if self.numbers else "",
            "WhatsApp": reporting.whatsapp_topic_arn,
            "Mail": self.mail.topic.topic_arn if self.mail else "",
        }
        return {name: arn for name, arn in known.items() if arn}

    def _settings(self, reporting: Reporting) -> Answering:
        """The deployer's, with what only the stacks know."""
        chosen = self.deployment.settings
        own = dict.fromkeys([*chosen.email.email_addresses, *addresses(self.deployment.hub)])
        return changed(
            part(Answering, chosen),
            account_id=self.account,
            stage=self.deployment.stage,
            table_name=self.table.ref,
            wake_ups_url=self.queues.wake_ups.queue_url,
            inbound_url=self.queues.inbound.queue_url,
            conversation_key_secret=self.conversation_key.ref,
            email_addresses=tuple(own),
            email_configuration_set=reporting.email_configuration_set,
            sms_configuration_set=reporting.sms_configuration_set,
        )

    def _publish(self, reporting: Reporting) -> None:
        publish(
            self,
            HubOutputs(
                inbound_queue_url=self.queues.inbound.queue_url,
                inbound_dead_letters_url=self.queues.dead.queue_url,
                wake_ups_queue_url=self.queues.wake_ups.queue_url,
                wake_ups_dead_letters_url=self.queues.dead_wake_ups.queue_url,
                conversations_table_name=self.table.ref,
                conversation_key_secret=self.conversation_key.ref,
                ingress_function_name=self.functions.ingress.function_name,
                converse_function_name=self.functions.converse.function_name,
                sms_topic_arn=self.numbers.topic.topic_arn if self.numbers else "",
                whatsapp_topic_arn=reporting.whatsapp_topic_arn,
                mail_uri=self.mail.uri if self.mail else "",
            ),
        )
