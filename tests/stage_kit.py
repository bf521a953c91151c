"""A stage on moto: two stacks that tell their outputs, and what these name."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.outputs import HubOutputs, LakeOutputs, Outputs, stack_name, to_publish
from orchestrator.stores.dynamodb import items as dynamodb_items

REGION = "eu-west-1"
NAME = "trial"


@contextmanager
def an_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty one, with credentials and a region."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


def publish(outputs: Outputs, stage: str = NAME) -> None:
    """A stack that has these outputs."""
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {each.name: {"Value": each.value} for each in to_publish(outputs)},
    }
    client: Any = boto3.client("cloudformation", region_name=REGION)
    client.create_stack(StackName=stack_name(type(outputs), stage), TemplateBody=json.dumps(template))


@dataclass
class Deployed:
    """What a lake and a hub consist of, as far as commands reach them."""

    lake: LakeOutputs
    hub: HubOutputs

    @classmethod
    def on_moto(cls, **environment: str) -> "Deployed":
        """Both stacks, with their buckets, streams, table, queues and secret; `environment` is for λ converse."""
        s3: Any = boto3.client("s3", region_name=REGION)
        for bucket in ("lake-of-trial", "mail-of-trial"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        lake, hub = _lake(), _hub()
        for stream in (lake.events_stream_name, lake.conversations_stream_name):
            boto3.client("firehose", region_name=REGION).create_delivery_stream(
                DeliveryStreamName=stream,
                S3DestinationConfiguration={
                    "RoleARN": "arn:aws:iam::123456789012:role/firehose",
                    "BucketARN": "arn:aws:s3:::lake-of-trial",
                    "Prefix": f"put/{stream}/",
                },
            )
        in_the_stack = {
            "PARLEY_TABLE_NAME": hub.conversations_table_name,
            "PARLEY_WAKE_UPS_URL": hub.wake_ups_queue_url,
            "PARLEY_CONVERSATION_KEY_SECRET": hub.conversation_key_secret,
            "PARLEY_ANSWERERS": "language_model",
            "PARLEY_MODEL_ID": "amazon.nova-lite-v1:0",
        }
        _function(hub.converse_function_name, in_the_stack | environment)
        _function(lake.transformer_function_name, {"PARLEY_TABLE": "events"})
        publish(lake)
        publish(hub)
        return cls(lake, hub)


def _lake() -> LakeOutputs:
    return LakeOutputs(
        events_stream_name="trial-events",
        conversations_stream_name="trial-conversations",
        lake_uri="s3://lake-of-trial/lake",
        errors_uri="s3://lake-of-trial/errors",
        results_uri="s3://lake-of-trial/results",
        templates_uri="s3://lake-of-trial/templates/",
        database_name="parley_trial",
        workgroup_name="parley-trial",
        transformer_function_name="trial-transformer",
    )


def _hub() -> HubOutputs:
    sqs: Any = boto3.client("sqs", region_name=REGION)
    dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
    dynamodb.create_table(**dynamodb_items.table("trial-conversations"))
    secrets: Any = boto3.client("secretsmanager", region_name=REGION)
    return HubOutputs(
        inbound_queue_url=sqs.create_queue(QueueName="inbound")["QueueUrl"],
        inbound_dead_letters_url=sqs.create_queue(QueueName="inbound-dead")["QueueUrl"],
        wake_ups_queue_url=sqs.create_queue(QueueName="wake-ups.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        wake_ups_dead_letters_url=sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        conversations_table_name="trial-conversations",
        conversation_key_secret=secrets.create_secret(Name="key", SecretString="k" * 64)["ARN"],
        records_dead_letters_url=sqs.create_queue(QueueName="records-dead")["QueueUrl"],
        sweep_dead_letters_url=sqs.create_queue(QueueName="sweep-dead")["QueueUrl"],
        ingress_function_name="trial-ingress",
        converse_function_name="trial-converse",
        sms_topic_arn=f"arn:aws:sns:{REGION}:123456789012:trial-sms",
        whatsapp_topic_arn=f"arn:aws:sns:{REGION}:123456789012:trial-whatsapp",
        mail_uri="s3://mail-of-trial/in",
    )


def _function(name: str, environment: dict[str, str]) -> None:
    iam: Any = boto3.client("iam", region_name=REGION)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handlers.py", "")
    client: Any = boto3.client("lambda", region_name=REGION)
    client.create_function(
        FunctionName=name,
        Role=role,
        Code={"ZipFile": code.getvalue()},
        Handler="handlers.handler",
        Runtime="python3.13",
        Environment={"Variables": environment},
    )
