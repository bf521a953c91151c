"""The stack `sources`: what makes the providers report to the lake."""

from aws_cdk import aws_kms as kms
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream
from constructs import Construct

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.queue import queue
from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.hub.topics import topic
from infra.aws.stacks.sources.bridge import rules
from infra.aws.stacks.sources.feeding import Events
from infra.aws.stacks.sources.mail import email_configuration_set
from infra.aws.stacks.sources.texts import sms_configuration_set
from infra.aws.stacks.sources.whatsapp import whatsapp_topic
from infra.outputs import SourcesOutputs


class SourcesStack(ParleyStack):
    """Names and ARNs are "" for what the deployer does not want. `dead` keeps what could not be put onto the stream.

    `progress_topics`, ARNs by name, tell what becomes of messages, where there are sends that wait for it.
    """

    def __init__(self, scope: Construct, inputs: StackInputs, key: kms.IKey | None, stream: CfnDeliveryStream) -> None:
        super().__init__(scope, SourcesOutputs, inputs, "Parley: what reports to the lake")
        self.key = key
        wanted = inputs.deployment.sources
        self.dead = queue(self, "DeadLetters")
        accept(self.dead, "AwsSolutions-SQS3", "it is the dead-letter queue, of rules and subscriptions")
        events = Events(stream.attr_arn, self.dead)
        sends = inputs.deployment.sending.deployed
        mail = topic(self, "MailProgress", "ses.amazonaws.com") if sends and wanted.email else None
        sms = topic(self, "SmsProgress", "sms-voice.amazonaws.com") if sends and wanted.sms else None
        self.progress_topics = {made.node.id: made.topic_arn for made in (mail, sms) if made}
        self.email_configuration_set = email_configuration_set(self, events, mail) if wanted.email else ""
        self.sms_configuration_set = sms_configuration_set(self, events, sms) if wanted.sms else ""
        self.whatsapp_topic_arn = whatsapp_topic(self, events) if wanted.whatsapp else ""
        rules(self, events)
        publish(
            self,
            SourcesOutputs(
                dead_letters_url=self.dead.queue_url,
                email_configuration_set=self.email_configuration_set,
                sms_configuration_set=self.sms_configuration_set,
            ),
        )
