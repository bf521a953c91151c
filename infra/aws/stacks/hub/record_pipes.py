"""What the hub tells the lake: items of the table that have a `record`, from the table's stream to Firehose.

    table ─ stream ─┬─ pipe, stream = events ──────── Firehose events
                    └─ pipe, stream = conversations ── Firehose conversations

No code and no waiting in the hub: a record is written in the transaction that makes it true. The pipes send each stream
record as it is; the transformer unwraps it (transformer/envelopes.py). Two readers are the most that a stream takes.
What cannot be sent is tried again for 23 hours, then its place in the stream, which keeps 24, goes to a dead-letter
queue: the table itself has the record for another day.
Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html (Firehose: 500 a batch),
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html (24 hours; two readers)
"""

import json

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_pipes as pipes

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.key_rights import encrypting
from infra.aws.constructs.queue import queue
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack

BATCH = 100  # GetRecords gives 1 MB at most, PutRecordBatch takes 4
BATCHING_S = 5  # a pipe is paid for by the batch; rows wait minutes in Firehose anyway
TRIED_FOR_S = 23 * 3600
FOREVER = -1

Streams = dict[str, firehose.CfnDeliveryStream]


class RecordPipes:
    """`dead` holds places in the table's stream; `pipes` are by the name of their Firehose stream."""

    def __init__(self, stack: ParleyStack, table: dynamodb.CfnTable, streams: Streams) -> None:
        self.dead = queue(stack, "RecordsDeadLetters")
        accept(self.dead, "AwsSolutions-SQS3", "it is a dead-letter queue, of the pipes")
        self.pipes = {name: self._pipe(stack, table, name, stream) for name, stream in streams.items()}

    def _pipe(
        self, stack: ParleyStack, table: dynamodb.CfnTable, name: str, stream: firehose.CfnDeliveryStream
    ) -> pipes.CfnPipe:
        acting = role(
            stack,
            f"{name.title()}PipeRole",
            iam.ServicePrincipal("pipes.amazonaws.com", conditions=_of_this_account(stack)),
            [
                allow(
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    on=table.attr_stream_arn,
                ),
                allow("dynamodb:ListStreams", on="*"),
                allow("firehose:PutRecordBatch", on=stream.attr_arn),
                allow("sqs:SendMessage", on=self.dead.queue_arn),
                *encrypting(stack),
            ],
        )
        accept(acting, "AwsSolutions-IAM5[Resource::*]", "ListStreams knows no resource")
        pipe = pipes.CfnPipe(
            stack,
            f"{name.title()}Pipe",
            description=f"What the hub tells the table {name} of the lake",
            role_arn=acting.role_arn,
            source=table.attr_stream_arn,
            source_parameters=pipes.CfnPipe.PipeSourceParametersProperty(
                dynamo_db_stream_parameters=pipes.CfnPipe.PipeSourceDynamoDBStreamParametersProperty(
                    starting_position="TRIM_HORIZON",
                    batch_size=BATCH,
                    maximum_batching_window_in_seconds=BATCHING_S,
                    maximum_record_age_in_seconds=TRIED_FOR_S,
                    maximum_retry_attempts=FOREVER,
                    on_partial_batch_item_failure="AUTOMATIC_BISECT",
                    dead_letter_config=pipes.CfnPipe.DeadLetterConfigProperty(arn=self.dead.queue_arn),
                ),
                filter_criteria=pipes.CfnPipe.FilterCriteriaProperty(
                    filters=[pipes.CfnPipe.FilterProperty(pattern=json.dumps(pattern(name)))]
                ),
            ),
            target=stream.attr_arn,
        )
        pipe.node.add_dependency(acting)
        return pipe


def pattern(stream: str) -> dict[str, object]:
    """What of the table's stream goes to a Firehose stream: new items with a record for it."""
    return {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"stream": {"S": [stream]}, "record": {"S": [{"exists": True}]}}},
    }


def _of_this_account(stack: ParleyStack) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"aws:SourceAccount": stack.account}}
