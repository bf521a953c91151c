"""SNS topics that one service of AWS publishes to, for this account only, and their way into a queue.

Raw delivery stays off: the notification around an event has its time, which SMS does not tell itself. What SNS cannot
deliver, it puts into the queue's own dead letters, in the same form, so that it is moved back in the same way.
Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.rights import Condition
from infra.aws.constructs.stack import ParleyStack


def topic(stack: ParleyStack, name: str, publisher: str, when: Condition | None = None) -> sns.Topic:
    """A topic for `publisher`, a service like ses.amazonaws.com, acting for this account; `when` narrows it further.

    Unencrypted unless the deployment has a key of its own, which lets the service in: with the key of AWS that SNS
    offers instead, no service could publish.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    made = sns.Topic(stack, name, enforce_ssl=True, master_key=stack.key)
    made.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Publisher",
            principals=[iam.ServicePrincipal(publisher)],
            actions=["sns:Publish"],
            resources=[made.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}, **(when or {})},
        )
    )
    return made


Filter: TypeAlias = Mapping[str, object]  # of the bodies that a subscription wants: a payload-based filter policy


def subscribe(
    stack: ParleyStack,
    queue: sqs.Queue,
    dead: sqs.Queue,
    topics: dict[str, str],
    filters: Mapping[str, Filter] | None = None,
) -> None:
    """`queue` gets what is published to `topics`, ARNs by name; `dead` gets what could not be delivered.

    Of a topic that `filters` names, only what passes its filter.
    """
    for each in (queue, dead):
        _let_in(each, list(topics.values()))
    for name, arn in topics.items():
        wanted = (filters or {}).get(name)
        subscription = sns.CfnSubscription(
            stack,
            f"{name}Subscription",
            topic_arn=arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=False,
            redrive_policy={"deadLetterTargetArn": dead.queue_arn},
            filter_policy=wanted,
            filter_policy_scope="MessageBody" if wanted else None,
        )
        for each in (queue, dead):
            subscription.node.add_dependency(each)


def _let_in(queue: sqs.Queue, topics: Sequence[str]) -> None:
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Topics",
            principals=[iam.ServicePrincipal("sns.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": topics}},
        )
    )
