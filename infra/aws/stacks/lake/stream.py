"""A Firehose stream: events in, Parquet files of one table out.

    events ─ transformer, by batches of 1 MB ▶ rows ─ Parquet, by files of minutes ▶ lake/<table>/yyyy/MM/dd/HH/
                        └▶ errors/<table>/processing-failed/    └▶ errors/<table>/format-conversion-failed/

The hour is that of arrival, UTC. Firehose compresses by GZIP or SNAPPY only; GZIP makes half the bytes (measured:
transformer/lake/parquet.py), and what is scanned is what is paid.
Sources: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html,
https://docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream

from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.delivery import Route, delivery_role, version
from infra.aws.stacks.lake.storage import ERRORS, ROWS
from transformer.schema import TableName

_HOUR = "!{timestamp:yyyy/MM/dd/HH}/"
_BATCH = {"BufferSizeInMBs": "1", "BufferIntervalInSeconds": "60", "NumberOfRetries": "3"}


def stream_name(stack: ParleyStack, table: TableName) -> str:
    """Given, not generated: so the transformer may be allowed to put back onto the stream that calls it."""
    return f"parley-{stack.deployment.stage}-{table}"


def stream_arn(stack: ParleyStack, table: TableName) -> str:
    """Known before the stream is there."""
    return stack.format_arn(service="firehose", resource="deliverystream", resource_name=stream_name(stack, table))


def stream(stack: ParleyStack, route: Route, log: logs.LogGroup) -> CfnDeliveryStream:
    """Encrypted; what it cannot deliver is kept, and why is in `log`."""
    errors = logs.CfnLogStream(
        stack, f"{route.table.capitalize()}StreamErrors", log_group_name=log.log_group_name, log_stream_name="errors"
    )
    acting = delivery_role(stack, route, log)
    key_arn = stack.key.key_arn if stack.key else None
    made = CfnDeliveryStream(
        stack,
        f"{route.table.capitalize()}Stream",
        delivery_stream_name=stream_name(stack, route.table),
        delivery_stream_type="DirectPut",
        delivery_stream_encryption_configuration_input=CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
            key_type="CUSTOMER_MANAGED_CMK" if key_arn else "AWS_OWNED_CMK", key_arn=key_arn
        ),
        extended_s3_destination_configuration=CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
            role_arn=acting.role_arn,
            bucket_arn=route.storage.lake.bucket_arn,
            prefix=f"{ROWS}/{route.table}/{_HOUR}",
            error_output_prefix=f"{ERRORS}/{route.table}/!{{firehose:error-output-type}}/{_HOUR}",
            buffering_hints=CfnDeliveryStream.BufferingHintsProperty(
                interval_in_seconds=stack.deployment.lake.buffer_seconds, size_in_m_bs=stack.deployment.lake.buffer_mb
            ),
            compression_format="UNCOMPRESSED",  # Parquet is compressed inside
            processing_configuration=_processing(route, acting),
            data_format_conversion_configuration=_conversion(stack, route, acting),
            cloud_watch_logging_options=CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
                enabled=True, log_group_name=log.log_group_name, log_stream_name=errors.ref
            ),
        ),
    )
    made.node.add_dependency(acting.node.find_child("DefaultPolicy"))  # Firehose tries its rights at once
    made.node.add_dependency(route.storage.lake)  # which is emptied, where it is to be, when nothing comes any more
    return made


def _processing(route: Route, acting: iam.Role) -> CfnDeliveryStream.ProcessingConfigurationProperty:
    told = {"LambdaArn": version(route.transformer), "RoleArn": acting.role_arn, **_BATCH}
    parameters = [
        CfnDeliveryStream.ProcessorParameterProperty(parameter_name=name, parameter_value=value)
        for name, value in told.items()
    ]
    processor = CfnDeliveryStream.ProcessorProperty(type="Lambda", parameters=parameters)
    return CfnDeliveryStream.ProcessingConfigurationProperty(enabled=True, processors=[processor])


def _conversion(
    stack: ParleyStack, route: Route, acting: iam.Role
) -> CfnDeliveryStream.DataFormatConversionConfigurationProperty:
    parquet = CfnDeliveryStream.ParquetSerDeProperty(compression="GZIP")
    table = route.tables.by_name[route.table]
    return CfnDeliveryStream.DataFormatConversionConfigurationProperty(
        enabled=True,
        input_format_configuration=CfnDeliveryStream.InputFormatConfigurationProperty(
            deserializer=CfnDeliveryStream.DeserializerProperty(
                open_x_json_ser_de=CfnDeliveryStream.OpenXJsonSerDeProperty()
            )
        ),
        output_format_configuration=CfnDeliveryStream.OutputFormatConfigurationProperty(
            serializer=CfnDeliveryStream.SerializerProperty(parquet_ser_de=parquet)
        ),
        schema_configuration=CfnDeliveryStream.SchemaConfigurationProperty(
            catalog_id=stack.account,
            database_name=table.database_name,
            table_name=table.ref,
            region=stack.region,
            role_arn=acting.role_arn,
            version_id="LATEST",
        ),
    )
