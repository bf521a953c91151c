"""Sent SMS, MMS, voice and RCS messages: an End User Messaging SMS configuration set that reports every kind of event.

Sources: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-kinesis-creating-role.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-smsvoice-configurationset.html
"""

from aws_cdk import aws_sns as sns
from aws_cdk.aws_smsvoice import CfnConfigurationSet

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.sources.feeding import Events, Service, feeding, of_set


def sms_configuration_set(stack: ParleyStack, events: Events, progress: sns.Topic | None = None) -> str:
    """A configuration set for SMS, MMS and voice whose events all go to the lake, and to the topic of progress where
    there is one. Returns its name."""
    name = f"parley-{stack.deployment.stage}"
    service = Service("sms-voice.amazonaws.com", ["firehose:PutRecord"], of_set(stack, "sms-voice", name))
    acting = feeding(stack, "Sms", service, events)
    destination = CfnConfigurationSet.EventDestinationProperty(
        event_destination_name="lake",
        enabled=True,
        matching_event_types=["ALL"],
        kinesis_firehose_destination=CfnConfigurationSet.KinesisFirehoseDestinationProperty(
            delivery_stream_arn=events.stream_arn, iam_role_arn=acting.role_arn
        ),
    )
    made = CfnConfigurationSet(
        stack,
        "SmsConfigurationSet",
        configuration_set_name=name,
        event_destinations=[destination, *([_telling(progress)] if progress else [])],
    )
    if progress:
        made.node.add_dependency(progress)  # with its policy
    made.node.add_dependency(acting.node.find_child("DefaultPolicy"))
    return made.ref


def _telling(progress: sns.Topic) -> CfnConfigurationSet.EventDestinationProperty:
    return CfnConfigurationSet.EventDestinationProperty(
        event_destination_name="progress",
        enabled=True,
        matching_event_types=["ALL"],
        sns_destination=CfnConfigurationSet.SnsDestinationProperty(topic_arn=progress.topic_arn),
    )
