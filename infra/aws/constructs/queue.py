"""A queue that is encrypted and taken from by TLS only, and keeps what it holds for two weeks, the most there is."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.stack import ParleyStack


def queue(
    stack: ParleyStack, name: str, *, fifo: bool = False, hidden_s: int = 30, dead: sqs.DeadLetterQueue | None = None
) -> sqs.Queue:
    """`hidden_s`: seconds that a message is hidden from others while one works on it; `dead`: where it goes after how
    many of these.

    A FIFO queue is one of high throughput, where each group has a rate of its own; whoever sends names its messages.
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
    """
    return sqs.Queue(
        stack,
        name,
        fifo=True if fifo else None,  # SQS knows no `false`
        content_based_deduplication=False if fifo else None,
        deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
        fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
        encryption=sqs.QueueEncryption.KMS if stack.key else sqs.QueueEncryption.SQS_MANAGED,
        encryption_master_key=stack.key,
        enforce_ssl=True,
        retention_period=Duration.days(14),
        visibility_timeout=Duration.seconds(hidden_s),
        dead_letter_queue=dead,
        removal_policy=stack.data_policy,
    )
