"""The transformer as a function, one for each stream: it must know which table's rows it may give.

Firehose waits five minutes for an answer, and sends a batch again when none comes. How many run at once is Firehose's
to say: a brake here would throw a busy hour's records onto the error prefix.
Source: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
"""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from infra.aws.constructs.accepted import accept_wildcard
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.storage import Storage
from orchestrator.sections import PREFIX
from orchestrator.settings import RedactionSettings
from transformer.schema import TableName

_TIMEOUT_S = 300
_MEMORY_MB = 1024  # for the processor time that comes with it: 1 MB of events takes 0.04 s of a whole core (measured)

_TEMPLATES = "*.jinja"


def transformer(stack: ParleyStack, table: TableName, stream_arn: str, storage: Storage) -> Function:
    """Turns the events of the stream into rows of `table`."""
    program = Program("transformer", "transformer.handler.handler", _TIMEOUT_S, _MEMORY_MB)
    settings = stack.deployment.settings.redaction
    made = Function(
        stack,
        f"{table.capitalize()}Transformer",
        program,
        _allowed(stack, settings, stream_arn, storage),
        {
            f"{PREFIX}STAGE": stack.deployment.stage,
            f"{PREFIX}TABLE": table,
            f"{PREFIX}TEMPLATES_BUCKET": storage.templates.bucket_name,
        },
        settings if settings.redaction != "off" else None,
    )
    accept_wildcard(made.acting, storage.templates.arn_for_objects(_TEMPLATES), "an analyst may keep any template")
    return made


def _allowed(
    stack: ParleyStack, settings: RedactionSettings, stream_arn: str, storage: Storage
) -> Sequence[iam.PolicyStatement]:
    allowed = [
        allow("firehose:PutRecordBatch", on=stream_arn),  # what does not fit into a response goes back
        allow("s3:ListBucket", on=storage.templates.bucket_arn),
        allow("s3:GetObject", on=storage.templates.arn_for_objects(_TEMPLATES)),
    ]
    if stack.key:
        allowed.append(allow("kms:Decrypt", on=stack.key.key_arn))
    if settings.redaction == "comprehend":
        allowed.append(allow("comprehend:DetectPiiEntities", on="*"))
    if settings.redaction != "off" and settings.pseudonym_key:
        allowed.append(allow("secretsmanager:GetSecretValue", on=settings.pseudonym_key))
    return allowed
