"""The Athena workgroup: answers go to our bucket whatever a client says, and no question scans more than agreed.

Source: https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
"""

from aws_cdk import aws_athena as athena

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.storage import Storage

_GB = 1024**3


def workgroup(stack: ParleyStack, storage: Storage) -> athena.CfnWorkGroup:
    """It goes with the stack, the queries that people saved in it too."""
    key_arn = stack.key.key_arn if stack.key else None
    results = athena.CfnWorkGroup.ResultConfigurationProperty(
        output_location=f"s3://{storage.results.bucket_name}/",
        expected_bucket_owner=stack.account,
        encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
            encryption_option="SSE_KMS" if key_arn else "SSE_S3", kms_key=key_arn
        ),
    )
    return athena.CfnWorkGroup(
        stack,
        "Workgroup",
        name=f"parley-{stack.deployment.stage}",
        description="Questions to Parley's engagement data lake",
        recursive_delete_option=True,
        work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
            enforce_work_group_configuration=True,
            result_configuration=results,
            bytes_scanned_cutoff_per_query=stack.deployment.lake.scan_limit_gb * _GB,
            publish_cloud_watch_metrics_enabled=True,
            engine_version=athena.CfnWorkGroup.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
        ),
    )
