"""The bucket that documents are put into. EventBridge hears of each that comes or goes."""

from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3

from infra.constructs.stack import ParleyStack

OLD_VERSIONS_DAYS = 30  # that an overwritten document can be brought back


def documents_bucket(stack: ParleyStack) -> s3.Bucket:
    """Private, encrypted, versioned, by TLS only."""
    bucket = s3.Bucket(
        stack,
        "DocumentsBucket",
        encryption=s3.BucketEncryption.KMS if stack.key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=stack.key,
        bucket_key_enabled=True if stack.key else None,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        removal_policy=stack.data_policy,
        auto_delete_objects=stack.data_policy is RemovalPolicy.DESTROY,
        lifecycle_rules=[
            s3.LifecycleRule(
                abort_incomplete_multipart_upload_after=Duration.days(7),
                noncurrent_version_expiration=Duration.days(OLD_VERSIONS_DAYS),
            )
        ],
    )
    telling = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    resource = cast("s3.CfnBucket", bucket.node.default_child)  # CDK's own way takes a function and a custom resource
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=telling
    )
    return bucket
