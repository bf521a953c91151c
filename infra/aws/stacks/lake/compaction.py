"""The nightly compaction: small files of hours gone by are merged (transformer/lake/job.py).

A night has 15 minutes, Lambda's most. A lake that makes more small files than are merged in that time is compacted by
`parley --stage NAME compact` instead, from a machine in the same region.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from infra.aws.constructs.accepted import accept, accept_wildcard
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.key_rights import encrypting
from infra.aws.constructs.queue import queue
from infra.aws.constructs.rights import allow
from infra.aws.constructs.schedule import Clock, schedule
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.storage import ROWS, Storage
from orchestrator.sections import PREFIX

_PROGRAM = Program("compaction", "transformer.lake.job.handler", timeout_s=900, memory_mb=4096)
_NIGHTLY = Clock("Compaction", "cron(30 3 * * ? *)", "Merges the lake's small files", late_s=3600)


@dataclass(frozen=True)
class Compaction:
    """`dead` tells of nights on which `function` failed, or was not started."""

    function: Function
    dead: sqs.Queue


def compaction(stack: ParleyStack, storage: Storage) -> Compaction:
    """Memory is for 128 MB of compressed files, which are many times that as rows."""
    dead = queue(stack, "CompactionDeadLetters")
    accept(dead, "AwsSolutions-SQS3", "it is the dead-letter queue, of a schedule and a function")
    uri = f"s3://{storage.lake.bucket_name}/{ROWS}"
    made = Function(stack, "Compaction", _PROGRAM, _allowed(stack, storage, dead), {f"{PREFIX}LAKE_URI": uri})
    accept_wildcard(made.acting, _rows(storage), "Firehose names the files")
    schedule(stack, _NIGHTLY, made, dead)
    return Compaction(made, dead)


def _rows(storage: Storage) -> str:
    return storage.lake.arn_for_objects(f"{ROWS}/*")


def _allowed(stack: ParleyStack, storage: Storage, dead: sqs.Queue) -> Sequence[iam.PolicyStatement]:
    return [
        allow("s3:ListBucket", on=storage.lake.bucket_arn),
        allow("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject", on=_rows(storage)),
        allow("sqs:SendMessage", on=dead.queue_arn),
        *encrypting(stack),
    ]
