"""The key of a deployment's own, and the services that may use it without a role.

Whoever acts by a role of the account gets the key from the role's policy. A service that acts by itself needs the key's
policy, here for this account only.
Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html,
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html,
https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destinations-add.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from infra.aws.constructs.rights import Condition
from infra.aws.constructs.stack import ParleyStack

# They publish to encrypted topics, and bring what topics publish into encrypted queues; ses also stores mails.
_SERVICES = (
    "cloudwatch.amazonaws.com",
    "ses.amazonaws.com",
    "sms-voice.amazonaws.com",
    "social-messaging.amazonaws.com",
)


def deployment_key(stack: ParleyStack) -> kms.IKey | None:
    """The deployer's choice: none, a key that is there, or a new one."""
    wanted = stack.deployment.kms_key
    if not wanted:
        return None
    return _created(stack) if wanted == "create" else kms.Key.from_key_arn(stack, "Key", wanted)


def _created(stack: ParleyStack) -> kms.Key:
    key = kms.Key(
        stack,
        "Key",
        description=f"Parley, stage {stack.deployment.stage}: data at rest",
        enable_key_rotation=True,
        removal_policy=stack.data_policy,
    )
    for service in _SERVICES:
        _let(key, service, {"StringEquals": {"aws:SourceAccount": stack.account}})
    topics = stack.format_arn(service="sns", resource="*")
    _let(key, "sns.amazonaws.com", {"ArnLike": {"aws:SourceArn": topics}})
    queues = stack.format_arn(service="sqs", resource="*")  # EventBridge tells no source here; SQS tells the queue
    _let(key, "events.amazonaws.com", {"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": queues}})
    vectors = stack.format_arn(service="s3vectors", resource="bucket", resource_name="*")
    _let(key, "indexing.s3vectors.amazonaws.com", {"ArnLike": {"aws:SourceArn": vectors}})  # an index is made by it
    groups = stack.format_arn(service="logs", resource="log-group:*")
    logs = f"logs.{stack.region}.{stack.url_suffix}"
    _let(key, logs, {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}, "kms:DescribeKey", "kms:Encrypt")
    return key


def _let(key: kms.Key, service: str, when: Condition, *more: str) -> None:
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=["kms:Decrypt", "kms:GenerateDataKey*", *more],
            resources=["*"],  # in a key's policy: this key
            conditions=dict(when),
        )
    )
