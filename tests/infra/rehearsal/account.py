"""An account of moto's with a deployment in it.

moto's CloudFormation makes the types of `MADE`. It calls what it does not know complete too, so each resource is asked
for at its own service. Secrets and subscriptions are made here from their properties, by the services' own API; what is
left only has a name.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import boto3

from tests.infra.rehearsal.values import ACCOUNT, REGION, Attributes, Values
from tests.infra.synthesis import Template

ORDER = ("lake", "sources", "hub", "sending")  # as they lean on each other
MADE = frozenset({"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"})
_NAMED_BY = ("DeliveryStreamName", "FunctionName", "Name")  # the property that names a resource, where one does


class Resource(NamedTuple):
    """A resource with its references resolved."""

    stack: str
    name: str
    properties: Mapping[str, Any]


class Account:
    """For use inside moto's mock."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates
        self._order = [stack for stack in ORDER if stack in templates]
        self._known: dict[tuple[str, str], Attributes] = {}
        self._values = Values(templates, self._known)
        for stack in self._order:
            self._name_what_is_not_made(stack)
            self._make(stack)
        self._keep_secrets()
        self._subscribe_queues()

    def all(self, kind: str) -> Iterator[Resource]:
        """Resources of a type, of every stack."""
        for stack in self._order:
            for name, resource in self._templates[stack]["Resources"].items():
                if resource["Type"] == kind:
                    yield Resource(stack, name, self._values.of(stack, resource.get("Properties", {})))

    def only(self, kind: str) -> Resource:
        """The one of its type."""
        (found,) = self.all(kind)
        return found

    def arn_of(self, resource: Resource) -> str:
        return self._known[resource.stack, resource.name]["Arn"]

    def called(self, arn: str, kind: str) -> Resource:
        """The resource of a type that has this ARN."""
        (found,) = [each for each in self.all(kind) if self.arn_of(each) == arn.removesuffix(":$LATEST")]
        return found

    def made(self) -> dict[str, list[str]]:
        """What each service says that it has: names by the type of the resource."""
        return {
            "AWS::DynamoDB::Table": boto3.client("dynamodb").list_tables()["TableNames"],
            "AWS::S3::Bucket": [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]],
            "AWS::SNS::Topic": [each["TopicArn"] for each in boto3.client("sns").list_topics()["Topics"]],
            "AWS::SQS::Queue": boto3.client("sqs").list_queues().get("QueueUrls", []),
        }

    def _name_what_is_not_made(self, stack: str) -> None:
        for name, resource in self._templates[stack]["Resources"].items():
            if not self._is_made(resource):
                told = resource.get("Properties", {})
                own = next((told[each] for each in _NAMED_BY if isinstance(told.get(each), str)), name)
                self._known[stack, name] = _Invented(resource["Type"], own)

    def _make(self, stack: str) -> None:
        resources = self._templates[stack]["Resources"]
        wanted = {name: each for name, each in resources.items() if self._is_made(each)}
        body = {
            "Resources": {
                name: {
                    "Type": each["Type"],
                    "Properties": self._values.of(stack, _with_name(name, each), wanted.__contains__),
                }
                for name, each in wanted.items()
            }
        }
        cloudformation: Any = boto3.client("cloudformation")
        cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(body))
        for each in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
            found = _attributes(each["ResourceType"], each["PhysicalResourceId"])
            self._known[stack, each["LogicalResourceId"]] = found

    def _keep_secrets(self) -> None:
        secrets: Any = boto3.client("secretsmanager")
        for secret in self.all("AWS::SecretsManager::Secret"):
            wanted = secret.properties["GenerateSecretString"]
            password = secrets.get_random_password(
                PasswordLength=wanted["PasswordLength"], ExcludePunctuation=wanted["ExcludePunctuation"]
            )
            arn = secrets.create_secret(Name=secret.name, SecretString=password["RandomPassword"])["ARN"]
            self._known[secret.stack, secret.name] = {"Ref": arn}

    def _subscribe_queues(self) -> None:
        """SNS delivers to them by itself; to a stream of Firehose, hops.py has to."""
        sns: Any = boto3.client("sns")
        for each in self.all("AWS::SNS::Subscription"):
            told = each.properties
            if told["Protocol"] == "sqs":
                attributes = {"RawMessageDelivery": str(told["RawMessageDelivery"]).lower()}
                if "FilterPolicy" in told:
                    attributes["FilterPolicyScope"] = told["FilterPolicyScope"]
                    attributes["FilterPolicy"] = json.dumps(told["FilterPolicy"])
                sns.subscribe(
                    TopicArn=told["TopicArn"], Protocol="sqs", Endpoint=told["Endpoint"], Attributes=attributes
                )

    @staticmethod
    def _is_made(resource: Mapping[str, Any]) -> bool:
        return resource["Type"] in MADE


class _Invented(dict[str, str]):
    """Attributes of what is not made: whatever is asked for, it has."""

    def __init__(self, kind: str, name: str) -> None:
        service = kind.split("::")[1].lower().removeprefix("kinesis")
        before = {"firehose": "deliverystream/", "lambda": "function:"}.get(service, "")
        super().__init__(Ref=name, Arn=f"arn:aws:{service}:{REGION}:{ACCOUNT}:{before}{name}")

    def __missing__(self, attribute: str) -> str:
        return f"{self['Ref']}.{attribute}"


def _with_name(name: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    """The properties. CloudFormation gives a FIFO queue a name that ends in .fifo; moto wants to be told."""
    properties = dict(resource.get("Properties", {}))
    if properties.get("FifoQueue"):
        properties["QueueName"] = f"{name}.fifo"
    return properties


def _attributes(kind: str, physical: str) -> Attributes:
    match kind:
        case "AWS::SQS::Queue":
            sqs: Any = boto3.client("sqs")
            name = physical.rsplit("/", 1)[-1]
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            return {"Ref": url, "Arn": arn, "QueueName": name}
        case "AWS::DynamoDB::Table":
            table = boto3.client("dynamodb").describe_table(TableName=physical)["Table"]
            return {"Ref": physical, "Arn": table["TableArn"], "StreamArn": table["LatestStreamArn"]}
        case "AWS::S3::Bucket":
            boto3.client("s3").head_bucket(Bucket=physical)
            return {"Ref": physical, "Arn": f"arn:aws:s3:::{physical}"}
        case "AWS::SNS::Topic":
            return {"Ref": physical, "Arn": physical, "TopicArn": physical}
    return {"Ref": physical}
