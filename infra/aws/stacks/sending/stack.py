"""The stack `sending`: what carries sends to their end. Sends are kept in the hub's table."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.hub.sending import Reporting
from infra.aws.stacks.sending.functions import Kept, SendingFunctions
from infra.aws.stacks.sending.queues import sending_queues
from infra.outputs import SendingOutputs
from orchestrator.sections import changed
from orchestrator.settings import Sending


class SendingStack(ParleyStack):
    """`progress_topics` are ARNs by name, of what becomes of SMS and mail."""

    def __init__(
        self,
        scope: Construct,
        inputs: StackInputs,
        key: kms.IKey | None,
        kept: Kept,
        reporting: Reporting,
        progress_topics: Mapping[str, str],
    ) -> None:
        super().__init__(scope, SendingOutputs, inputs, "Parley: sends")
        self.key = key
        whatsapp = {"WhatsAppProgress": reporting.whatsapp_topic_arn} if self._by_whatsapp(reporting) else {}
        self.queues = sending_queues(self, {**progress_topics, **whatsapp})
        settings = self._settings(kept, reporting)
        self.functions = SendingFunctions(self, kept, self.queues, self._rights(reporting), settings)
        publish(
            self,
            SendingOutputs(
                sends_queue_url=self.queues.sends.queue_url,
                sends_dead_letters_url=self.queues.dead_sends.queue_url,
                progress_queue_url=self.queues.progress.queue_url,
                progress_dead_letters_url=self.queues.dead_progress.queue_url,
                send_sweep_dead_letters_url=self.queues.dead_sweeps.queue_url,
                send_function_name=self.functions.send.function_name,
                progress_function_name=self.functions.progress.function_name,
            ),
        )

    def _by_whatsapp(self, reporting: Reporting) -> bool:
        return bool(self.deployment.sending.whatsapp_number and reporting.whatsapp_topic_arn)

    def _settings(self, kept: Kept, reporting: Reporting) -> Sending:
        """The deployer's, with what only the stacks know."""
        chosen, wanted = self.deployment.settings, self.deployment.sending
        return changed(
            Sending(
                records=chosen.records,
                replies=chosen.replies,
                turns=chosen.turns,
                deployed=chosen.deployed,
                sms=chosen.sms,
                email=chosen.email,
                whatsapp=chosen.whatsapp,
                sending=chosen.sending,
            ),
            stage=self.deployment.stage,
            account_id=self.account,
            table_name=kept.table.ref,
            sends_url=self.queues.sends.queue_url,
            progress_url=self.queues.progress.queue_url,
            conversation_key_secret=kept.key.ref,
            send_sms_from=wanted.sms_identity,
            send_email_from=wanted.mail_address,
            send_whatsapp_from=wanted.whatsapp_number,
            whatsapp_phone_number_id=wanted.whatsapp_number,
            email_configuration_set=reporting.email_configuration_set,
            sms_configuration_set=reporting.sms_configuration_set,
        )

    def _rights(self, reporting: Reporting) -> list[iam.PolicyStatement]:
        """To send by what is named, under the sets that report: AWS authorises a send on both together."""
        wanted, own, allowed = self.deployment.sending, f"{self.region}:{self.account}", []
        if wanted.sms_identity:
            sms = f"arn:{self.partition}:sms-voice:{own}"
            kind = "pool" if wanted.sms_identity.startswith("pool-") else "phone-number"
            on = [f"{sms}:{kind}/{wanted.sms_identity}"]
            if reporting.sms_configuration_set:
                on.append(f"{sms}:configuration-set/{reporting.sms_configuration_set}")
            allowed.append(allow("sms-voice:SendTextMessage", on=on))
        if wanted.mail_address:
            ses = f"arn:{self.partition}:ses:{own}"
            domain = wanted.mail_address.rpartition("@")[2]
            on = [f"{ses}:identity/{each}" for each in (wanted.mail_address, domain)]
            if reporting.email_configuration_set:
                on.append(f"{ses}:configuration-set/{reporting.email_configuration_set}")
            allowed.append(allow("ses:SendEmail", "ses:SendRawEmail", on=on))
        if wanted.whatsapp_number:
            number = wanted.whatsapp_number.removeprefix("phone-number-id-")
            on = [f"arn:{self.partition}:social-messaging:{own}:phone-number-id/{number}"]
            allowed.append(allow("social-messaging:SendWhatsAppMessage", on=on))
        return allowed
