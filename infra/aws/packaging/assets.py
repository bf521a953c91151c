"""Which assets there are, and what is in each."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Asset:
    """What goes into one zip."""

    name: str
    ours: tuple[str, ...]  # folders and files of this repository
    never: tuple[str, ...] = ()  # folders of these that stay out
    lock: str  # the hash-locked requirements
    services: frozenset[
        str
    ]  # the AWS services that its code calls, as botocore names them; it carries no other's model


_ALL = (
    Asset(
        name="hub",
        ours=("orchestrator",),
        lock="requirements-hub.txt",
        services=frozenset(
            {
                "bedrock-agent-runtime",
                "bedrock-agentcore",
                "bedrock-runtime",
                "dynamodb",
                "pinpoint-sms-voice-v2",
                "qbusiness",
                "s3",
                "secretsmanager",
                "sesv2",
                "socialmessaging",
                "sqs",
            }
        ),
    ),
    Asset(
        name="transformer",
        ours=("transformer",),
        never=("transformer/lake",),  # Firehose writes the Parquet
        lock="requirements-transformer.txt",
        services=frozenset({"comprehend", "firehose", "s3", "secretsmanager"}),
    ),
    Asset(
        name="deploying",
        ours=("infra/__init__.py", "infra/aws/__init__.py", "infra/aws/custom"),
        lock="requirements-deploying.txt",
        services=frozenset({"athena", "bedrock-agent", "pinpoint-sms-voice-v2", "ses", "socialmessaging"}),
    ),
    Asset(
        name="compaction",
        ours=("transformer",),
        lock="requirements-compaction.txt",
        services=frozenset({"comprehend", "firehose", "s3", "secretsmanager"}),
    ),
)
ASSETS: Mapping[str, Asset] = {each.name: each for each in _ALL}
