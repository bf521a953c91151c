"""WhatsApp: one topic that the accounts report to, and its way onto the stream.

Notifications keep their envelope: it has the account, and the time where an event has none. The hub listens to the same
topic.
Sources: https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destinations-add.html,
https://docs.aws.amazon.com/sns/latest/dg/prereqs-kinesis-data-firehose.html
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from infra.aws.constructs.custom import Custom, custom_resource
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.topics import topic
from infra.aws.stacks.sources.feeding import Events, Service, feeding

_SNS = Service(
    "sns.amazonaws.com",
    (
        "firehose:DescribeDeliveryStream",
        "firehose:ListTagsForDeliveryStream",
        "firehose:PutRecord",
        "firehose:PutRecordBatch",
    ),
    when={},  # the guide names none that SNS would meet; only who may pass the role in this account can have it used
)


def whatsapp_topic(stack: ParleyStack, events: Events) -> str:
    """Its ARN: the deployer's own, or one that is made here and that the accounts are linked to."""
    wanted = stack.deployment.sources
    arn = wanted.whatsapp_topic or _topic(stack).topic_arn
    _onto_stream(stack, arn, events)
    return arn


def _topic(stack: ParleyStack) -> sns.Topic:
    accounts = stack.format_arn(service="social-messaging", resource="*")
    made = topic(stack, "WhatsApp", "social-messaging.amazonaws.com", {"ArnLike": {"aws:SourceArn": accounts}})
    if stack.deployment.sources.whatsapp_accounts:
        _link(stack, made)
    return made


def _link(stack: ParleyStack, to: sns.Topic) -> None:
    any_account = stack.format_arn(service="social-messaging", resource="waba", resource_name="*")
    allowed = allow(
        "social-messaging:GetLinkedWhatsAppBusinessAccount",
        "social-messaging:PutWhatsAppBusinessAccountEventDestinations",
        on=any_account,
    )
    why = {any_account: "an account that is no longer named has to be released"}
    told = {"Accounts": list(stack.deployment.sources.whatsapp_accounts), "TopicArn": to.topic_arn}
    linked = custom_resource(stack, "WhatsAppAccounts", Custom("whatsapp_accounts", [allowed], why), told)
    linked.node.add_dependency(to.node.find_child("Policy"))  # without which nobody may publish


def _onto_stream(stack: ParleyStack, topic_arn: str, events: Events) -> None:
    acting = feeding(stack, "WhatsApp", _SNS, events)
    events.dead.add_to_resource_policy(
        iam.PolicyStatement(
            sid="WhatsApp",
            principals=[iam.ServicePrincipal("sns.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[events.dead.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": topic_arn}},
        )
    )
    subscription = sns.CfnSubscription(
        stack,
        "WhatsAppSubscription",
        topic_arn=topic_arn,
        protocol="firehose",
        endpoint=events.stream_arn,
        subscription_role_arn=acting.role_arn,
        raw_message_delivery=False,
        redrive_policy={"deadLetterTargetArn": events.dead.queue_arn},
    )
    subscription.node.add_dependency(acting.node.find_child("DefaultPolicy"))
