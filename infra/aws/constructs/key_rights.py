"""The right of a role to use the deployment's own key, where it has one. Nobody needs a right to keys that AWS owns.

Who puts something into a queue or a bucket makes a data key for it and reads it back; who takes something out, or uses
a table, reads one. DynamoDB makes a table's key in its own name, everything else is done in the caller's.
Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
"""

from aws_cdk import aws_iam as iam

from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack


def decrypting(stack: ParleyStack) -> list[iam.PolicyStatement]:
    """Rights to decrypt with the stack's key; none where AWS owns the keys."""
    return [allow("kms:Decrypt", on=stack.key.key_arn)] if stack.key else []


def encrypting(stack: ParleyStack) -> list[iam.PolicyStatement]:
    """Rights to encrypt and decrypt with the stack's key; none where AWS owns the keys."""
    return [allow("kms:Decrypt", "kms:GenerateDataKey", on=stack.key.key_arn)] if stack.key else []
