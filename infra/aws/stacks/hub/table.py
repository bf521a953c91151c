"""What the hub remembers: its table, as orchestrator/stores/dynamodb/items.py defines it, and its key."""

from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.aws.constructs.accepted import accept
from infra.aws.constructs.stack import ParleyStack
from orchestrator.stores.dynamodb import items as dynamodb_items


def conversations_table(stack: ParleyStack) -> dynamodb.CfnTable:
    """On demand, encrypted, restorable to any second of the last 35 days."""
    told = dynamodb_items.table("")
    table = dynamodb.CfnTable(
        stack,
        "Conversations",
        billing_mode=told["BillingMode"],
        key_schema=_keys(told),
        attribute_definitions=[
            dynamodb.CfnTable.AttributeDefinitionProperty(
                attribute_name=each["AttributeName"], attribute_type=each["AttributeType"]
            )
            for each in told["AttributeDefinitions"]
        ],
        global_secondary_indexes=[_index(each) for each in told["GlobalSecondaryIndexes"]],
        stream_specification=dynamodb.CfnTable.StreamSpecificationProperty(
            stream_view_type=told["StreamSpecification"]["StreamViewType"]
        ),
        time_to_live_specification=dynamodb.CfnTable.TimeToLiveSpecificationProperty(
            attribute_name=dynamodb_items.EXPIRES_AT, enabled=True
        ),
        point_in_time_recovery_specification=dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
            point_in_time_recovery_enabled=True
        ),
        sse_specification=_encryption(stack),
    )
    table.apply_removal_policy(stack.data_policy)
    return table


def conversation_key(stack: ParleyStack) -> secretsmanager.CfnSecret:
    """The key of the keyed hash that names conversations: 64 letters and digits, made once.

    It stays whatever happens to the stack: with another one, no conversation is found again, and neither is anyone's
    consent.
    """
    secret = secretsmanager.CfnSecret(
        stack,
        "ConversationKey",
        description="Names Parley's conversations. Without it all begin anew, and who opted out is forgotten.",
        generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
            password_length=64, exclude_punctuation=True
        ),
        kms_key_id=stack.key.key_arn if stack.key else None,
    )
    secret.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    accept(secret, "AwsSolutions-SMG4", "rotating the key would begin every conversation anew")
    return secret


def _keys(told: dict[str, Any]) -> list[dynamodb.CfnTable.KeySchemaProperty]:
    return [
        dynamodb.CfnTable.KeySchemaProperty(attribute_name=each["AttributeName"], key_type=each["KeyType"])
        for each in told["KeySchema"]
    ]


def _index(told: dict[str, Any]) -> dynamodb.CfnTable.GlobalSecondaryIndexProperty:
    projection = told["Projection"]
    return dynamodb.CfnTable.GlobalSecondaryIndexProperty(
        index_name=told["IndexName"],
        key_schema=_keys(told),
        projection=dynamodb.CfnTable.ProjectionProperty(
            projection_type=projection["ProjectionType"], non_key_attributes=projection["NonKeyAttributes"]
        ),
    )


def _encryption(stack: ParleyStack) -> dynamodb.CfnTable.SSESpecificationProperty | None:
    """None: by a key that AWS owns, which is DynamoDB's default."""
    if stack.key is None:
        return None
    return dynamodb.CfnTable.SSESpecificationProperty(
        sse_enabled=True, sse_type="KMS", kms_master_key_id=stack.key.key_arn
    )
