"""The right of a role to use the deployment's own key, where it has one. Nobody needs a right to keys that AWS owns.

Who puts something into a queue, a topic, a bucket or a table makes a data key for it and reads it back; who takes
something out reads it. DynamoDB, SQS and S3 do that in the caller's name.
Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from aws_cdk import aws_iam as iam

from infra.constructs.rights import allow
from infra.constructs.stack import ParleyStack


def encrypting(stack: ParleyStack) -> list[iam.PolicyStatement]:
    """To put in and to take out."""
    return [allow("kms:Decrypt", "kms:GenerateDataKey", on=stack.key.key_arn)] if stack.key else []
