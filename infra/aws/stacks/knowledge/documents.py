"""The bucket that documents are put into. EventBridge hears of each that comes or goes."""

from typing import cast

from aws_cdk import aws_s3 as s3

from infra.aws.constructs.bucket import Kept, PrivateBucket
from infra.aws.constructs.stack import ParleyStack

OLD_VERSIONS_DAYS = 30  # that an overwritten document can be brought back


def documents_bucket(stack: ParleyStack) -> PrivateBucket:
    """Told to EventBridge by the bucket itself: CDK's own way takes a function and a custom resource."""
    bucket = PrivateBucket(stack, "DocumentsBucket", Kept(old_versions=OLD_VERSIONS_DAYS))
    telling = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    resource = cast("s3.CfnBucket", bucket.node.default_child)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=telling
    )
    return bucket
