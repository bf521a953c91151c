"""What Firehose may do for one stream, and nothing for another's.

Source: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html (assuming a role, S3, Glue)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from infra.aws.constructs.accepted import accept_wildcard
from infra.aws.constructs.function import Function
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.glue_tables import Tables
from infra.aws.stacks.lake.storage import ERRORS, ROWS, Storage
from transformer.schema import TableName


@dataclass(frozen=True)
class Route:
    """One stream's way: its table's rows, made by `transformer`, go to `storage`."""

    table: TableName
    tables: Tables
    transformer: Function
    storage: Storage


def version(transformer: Function) -> str:
    """The ARN of the transformer that Firehose calls, with the version `$LATEST`."""
    return f"{transformer.function_arn}:$LATEST"


def delivery_role(stack: ParleyStack, route: Route, log: logs.ILogGroup) -> iam.Role:
    """Firehose names the account when it assumes a role."""
    principal = iam.ServicePrincipal(
        "firehose.amazonaws.com", conditions={"StringEquals": {"sts:ExternalId": stack.account}}
    )
    allowed = [
        *_writing(stack, route),
        allow("glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions", on=route.tables.arns(route.table)),
        allow("lambda:GetFunctionConfiguration", "lambda:InvokeFunction", on=version(route.transformer)),
        allow("logs:PutLogEvents", on=log.log_group_arn),
    ]
    made = role(stack, f"{route.table.capitalize()}Delivery", principal, allowed)
    for folder in _folders(route):
        accept_wildcard(made, route.storage.lake.arn_for_objects(folder), "Firehose names its objects itself")
    return made


def _writing(stack: ParleyStack, route: Route) -> Sequence[iam.PolicyStatement]:
    bucket = route.storage.lake
    allowed = [
        allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", on=bucket.bucket_arn),
        allow(
            *("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            on=[bucket.arn_for_objects(folder) for folder in _folders(route)],
        ),
    ]
    if stack.key:
        through = {"StringEquals": {"kms:ViaService": f"s3.{stack.region}.{stack.url_suffix}"}}
        allowed.append(allow("kms:Decrypt", "kms:GenerateDataKey", on=stack.key.key_arn, when=through))
    return allowed


def _folders(route: Route) -> tuple[str, str]:
    return f"{ROWS}/{route.table}/*", f"{ERRORS}/{route.table}/*"
