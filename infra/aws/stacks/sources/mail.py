"""Sent mail: an SES configuration set that reports every kind of event.

Opens and clicks are told because they are asked for here: SES adds a picture of one point to HTML mails, and leads
their links through its own address.
Sources: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-add-event-destination-firehose.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-configurationseteventdestination.html
"""

from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.sources.feeding import Events, Service, feeding, of_set

_Destination = ses.CfnConfigurationSetEventDestination
EVENT_TYPES = (
    "send",
    "reject",
    "bounce",
    "complaint",
    "delivery",
    "open",
    "click",
    "renderingFailure",
    "deliveryDelay",
    "subscription",
)


def email_configuration_set(stack: ParleyStack, events: Events, progress: sns.Topic | None = None) -> str:
    """Its name. Mail leaves by TLS where the other side can; bounces and complaints are not sent to again.

    What becomes of mail goes to the lake, and to the topic of progress where there is one.
    """
    name = f"parley-{stack.deployment.stage}"
    made = ses.CfnConfigurationSet(
        stack,
        "EmailConfigurationSet",
        name=name,
        reputation_options=ses.CfnConfigurationSet.ReputationOptionsProperty(reputation_metrics_enabled=True),
        suppression_options=ses.CfnConfigurationSet.SuppressionOptionsProperty(
            suppressed_reasons=["BOUNCE", "COMPLAINT"]
        ),
    )
    service = Service("ses.amazonaws.com", ["firehose:PutRecordBatch"], of_set(stack, "ses", name))
    acting = feeding(stack, "Email", service, events)
    destination = _Destination(
        stack,
        "EmailEvents",
        configuration_set_name=made.ref,
        event_destination=_Destination.EventDestinationProperty(
            name="lake",
            enabled=True,
            matching_event_types=list(EVENT_TYPES),
            kinesis_firehose_destination=_Destination.KinesisFirehoseDestinationProperty(
                delivery_stream_arn=events.stream_arn, iam_role_arn=acting.role_arn
            ),
        ),
    )
    destination.node.add_dependency(acting.node.find_child("DefaultPolicy"))  # SES tries its rights at once
    if progress:
        told = _Destination(
            stack,
            "EmailProgress",
            configuration_set_name=made.ref,
            event_destination=_Destination.EventDestinationProperty(
                name="progress",
                enabled=True,
                matching_event_types=list(EVENT_TYPES),
                sns_destination=_Destination.SnsDestinationProperty(topic_arn=progress.topic_arn),
            ),
        )
        told.node.add_dependency(progress)  # with its policy
    return made.ref
