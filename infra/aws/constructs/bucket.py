"""A bucket that nobody outside the account reads, whose content is encrypted at rest and on its way."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.stack import ParleyStack


@dataclass(frozen=True)
class Kept:
    """How long objects are kept, in days; 0 means for ever, and of `old_versions` that there are none.

    Cheaper storage is Intelligent-Tiering: it charges nothing for reading, nor for an object that is deleted early, as
    erasure does; objects below 128 KB stay where they are.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
    """

    days: int = 0
    cheaper_after: int = 0
    old_versions: int = 0


class PrivateBucket(s3.Bucket):
    """Block Public Access, TLS only, no access lists."""

    def __init__(self, stack: ParleyStack, name: str, kept: Kept) -> None:
        super().__init__(
            stack,
            name,
            encryption=s3.BucketEncryption.KMS if stack.key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=stack.key,
            bucket_key_enabled=True if stack.key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=kept.old_versions > 0,
            lifecycle_rules=_rules(kept),
            removal_policy=stack.data_policy,
            auto_delete_objects=stack.data_policy is RemovalPolicy.DESTROY,
        )
        accept(
            self,
            "AwsSolutions-S1",
            "who reads which object is CloudTrail's to tell, for all buckets of an account; access logs would be"
            " another bucket with people's addresses in it, and Athena writes a line there for each file it opens",
        )


def _rules(kept: Kept) -> list[s3.LifecycleRule]:
    cheaper = s3.Transition(
        storage_class=s3.StorageClass.INTELLIGENT_TIERING, transition_after=Duration.days(kept.cheaper_after)
    )
    rules = [
        s3.LifecycleRule(
            id="uploads that were given up",
            abort_incomplete_multipart_upload_after=Duration.days(7),
        ),
        s3.LifecycleRule(
            id="objects",
            enabled=kept.days > 0 or kept.cheaper_after > 0,
            expiration=Duration.days(kept.days) if kept.days else None,
            transitions=[cheaper] if kept.cheaper_after else None,
        ),
        s3.LifecycleRule(
            id="versions that were replaced or deleted",
            enabled=kept.old_versions > 0,
            noncurrent_version_expiration=Duration.days(kept.old_versions) if kept.old_versions else None,
            expired_object_delete_marker=True,
        ),
    ]
    return [rule for rule in rules if rule.enabled is not False]
