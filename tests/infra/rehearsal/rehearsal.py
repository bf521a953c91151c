"""Events from the providers to the lake, by nothing but what the templates say.

What only AWS's providers know is set up by custom resources: where a number's, an account's and a mailbox's messages go
is read from their properties. A link that is missing from the templates carries nothing.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from moto.events.models import EventPattern

from orchestrator import bootstrap, handlers
from orchestrator.sends import Send
from tests.infra.rehearsal.account import Account, Resource
from tests.infra.rehearsal.hops import delivered, in_place_of, notified, objects, piped, polled
from tests.infra.synthesis import Template


class Rehearsal:
    """`clock` gives aware UTC."""

    def __init__(self, templates: Mapping[str, Template], clock: Callable[[], datetime]) -> None:
        self.account = Account(templates)
        self._clock = clock
        self._waiting: dict[str, list[bytes]] = defaultdict(list)  # records on a stream, by its ARN
        self._piped: dict[str, int] = {}  # how far a pipe has read
        self._sns: Any = boto3.client("sns")

    def sms(self, event: bytes) -> None:
        """Someone writes to a number of the account."""
        for numbers in self.account.all("Custom::ParleyPhoneNumbers"):
            self._publish(numbers.properties["Topic"], "sms-voice.amazonaws.com", event.decode())

    def whatsapp(self, event: bytes) -> None:
        """Someone writes to a WhatsApp account."""
        for accounts in self.account.all("Custom::ParleyWhatsAppAccounts"):
            self._publish(accounts.properties["TopicArn"], "social-messaging.amazonaws.com", event.decode())

    def mail(self, content: bytes, told: Mapping[str, Any]) -> None:
        """A mail for a recipient of the rule; `told` is SES's notification of one, but for where this one lies."""
        for rule in self.account.all("Custom::ParleyReceiptRule"):
            where = rule.properties
            key = where["Prefix"] + told["mail"]["messageId"]
            client: Any = boto3.client("s3")
            client.put_object(Bucket=where["Bucket"], Key=key, Body=content)
            action = {"type": "S3", "topicArn": where["Topic"], "bucketName": where["Bucket"], "objectKey": key}
            event = {**told, "receipt": {**told["receipt"], "action": action}}
            self._publish(where["Topic"], "ses.amazonaws.com", json.dumps(event))

    def of_sent_mail(self, event: Mapping[str, Any], kind: str) -> None:
        """Something happened to a mail that was sent with the configuration set."""
        for destination in self.account.all("AWS::SES::ConfigurationSetEventDestination"):
            told = destination.properties["EventDestination"]
            if told["Enabled"] and kind in told["MatchingEventTypes"]:
                body = json.dumps(event)
                if topic := told.get("SnsDestination"):
                    self._publish(topic["TopicARN"], "ses.amazonaws.com", body)
                else:
                    self._waiting[told["KinesisFirehoseDestination"]["DeliveryStreamARN"]].append(body.encode())

    def of_sent_sms(self, event: bytes) -> None:
        """Something happened to an SMS that was sent with the configuration set."""
        for configuration_set in self.account.all("AWS::SMSVOICE::ConfigurationSet"):
            for destination in configuration_set.properties["EventDestinations"]:
                assert destination["MatchingEventTypes"] == ["ALL"]
                if destination["Enabled"] and (topic := destination.get("SnsDestination")):
                    self._publish(topic["TopicArn"], "sms-voice.amazonaws.com", event.decode())
                elif destination["Enabled"]:
                    self._waiting[destination["KinesisFirehoseDestination"]["DeliveryStreamArn"]].append(event)

    def accepted(self, send: Send) -> None:
        """A send is kept and woken, by whoever takes requests: with the rights and the settings of who carries it."""
        for function in self.account.all("AWS::Lambda::Function"):
            if function.properties["Handler"] == "orchestrator.handlers.send":
                with in_place_of(function):
                    bootstrap.sending(*handlers._sending()).accept(send)

    def bridged(self, event: bytes) -> None:
        """An event on the account's default bus."""
        for rule in self.account.all("AWS::Events::Rule"):
            pattern = EventPattern.load(json.dumps(rule.properties["EventPattern"]))
            if rule.properties["State"] == "ENABLED" and pattern.matches_event(json.loads(event)):
                for target in rule.properties["Targets"]:
                    self._waiting[target["Arn"]].append(event)

    def settle(self) -> None:
        """Until nothing moves any more."""
        mappings = list(self.account.all("AWS::Lambda::EventSourceMapping"))
        while sum(polled(self.account, each) for each in mappings):
            pass
        for pipe in self.account.all("AWS::Pipes::Pipe"):
            self._waiting[pipe.properties["Target"]] += piped(pipe, self._piped.get(pipe.name, 0))
        for stream in self.account.all("AWS::KinesisFirehose::DeliveryStream"):
            records = self._waiting.pop(self.account.arn_of(stream), [])
            if records:
                delivered(self.account, stream, records, self._clock())

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What lies in the lake, of a table of the Glue database, below its own location."""
        (location,) = [
            each.properties["TableInput"]["StorageDescriptor"]["Location"]
            for each in self.account.all("AWS::Glue::Table")
            if each.properties["TableInput"]["Name"] == table
        ]
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        found = [pq.read_table(pa.BufferReader(content)) for _, content in objects(bucket, prefix)]
        return [row for each in found for row in each.to_pylist(maps_as_pydicts="strict")]

    def _publish(self, topic_arn: str, service: str, message: str) -> None:
        """By a service of AWS, if the topic's policy lets it; to each queue whose policy lets the topic."""
        if not self._lets(topic_arn, service):
            return
        subscriptions = [
            each for each in self.account.all("AWS::SNS::Subscription") if each.properties["TopicArn"] == topic_arn
        ]
        for each in subscriptions:
            if each.properties["Protocol"] == "firehose":
                self._waiting[each.properties["Endpoint"]].append(notified(topic_arn, message, self._clock()))
        if all(self._takes(each) for each in subscriptions if each.properties["Protocol"] == "sqs"):
            self._sns.publish(TopicArn=topic_arn, Message=message)

    def _lets(self, topic_arn: str, service: str) -> bool:
        policies = [
            each.properties["PolicyDocument"]
            for each in self.account.all("AWS::SNS::TopicPolicy")
            if topic_arn in each.properties["Topics"]
        ]
        return any(
            statement["Effect"] == "Allow" and statement["Principal"].get("Service") == service
            for policy in policies
            for statement in policy["Statement"]
            if isinstance(statement["Principal"], dict)
        )

    def _takes(self, subscription: Resource) -> bool:
        policies = [each.properties for each in self.account.all("AWS::SQS::QueuePolicy")]
        return any(
            statement["Effect"] == "Allow"
            and statement["Resource"] == subscription.properties["Endpoint"]
            and subscription.properties["TopicArn"] in json.dumps(statement["Condition"])
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
        )
