"""The lake's buckets.

lake       lake/<table>/yyyy/MM/dd/HH/             rows, as in transformer/lake/layout.py
           errors/<table>/<kind>/yyyy/MM/dd/HH/    what Firehose could not deliver, kept as long, to be replayed
results    answers to queries, which can be asked again
templates  analysts' templates; empty at first
"""

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3

from infra.aws.constructs.bucket import Kept, PrivateBucket
from infra.aws.constructs.stack import ParleyStack
from transformer.schema import TableName

ROWS = "lake"
ERRORS = "errors"
_TEMPLATES_KEPT = Kept(old_versions=365)  # a version that a row names should be found


@dataclass(frozen=True)
class Storage:
    """The buckets of the lake: its rows, the results of questions, and changed templates."""

    lake: s3.IBucket
    results: PrivateBucket
    templates: PrivateBucket

    def rows_of(self, table: TableName) -> str:
        """s3://bucket/prefix/ of a table's rows."""
        return f"s3://{self.lake.bucket_name}/{ROWS}/{table}/"


def storage(stack: ParleyStack) -> Storage:
    """All are encrypted and private, and stay when the stack goes unless the deployer wants otherwise."""
    wanted = stack.deployment.lake
    rows = Kept(wanted.expire_after_days, wanted.cheaper_after_days, wanted.old_versions_days)
    there = s3.Bucket.from_bucket_name(stack, "Lake", wanted.bucket) if wanted.bucket else None
    return Storage(
        lake=there or PrivateBucket(stack, "Lake", rows),
        results=PrivateBucket(stack, "Results", Kept(days=wanted.results_days)),
        templates=PrivateBucket(stack, "Templates", _TEMPLATES_KEPT),
    )
