"""Every kind of event that the transformer knows has its way onto the stream of its table."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from tests.infra.synthesis import Template, synthesised
from transformer.schema import TABLES
from transformer.sources import SOURCES

pytestmark = pytest.mark.slow

_EVERYTHING = {
    "hub.sms_numbers": "phone-1",
    "hub.mail_recipients": "help@shop.example",
    "sources.whatsapp": "true",
    "sources.whatsapp_accounts": "waba-1",
    "sources.other_programs": "true",
}
_WITHOUT_WHATSAPP = {"hub.deployed": "false", "sources.other_programs": "true"}  # then its summaries come

Templates = Mapping[str, Template]


@cache
def deployed() -> Templates:
    return synthesised({**_EVERYTHING, "watch.deployed": "false"})


@cache
def without_whatsapp() -> Templates:
    return synthesised({**_WITHOUT_WHATSAPP, "watch.deployed": "false"})


def of_type(template: Template, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def fed(target: Mapping[str, Any]) -> str:
    """The table whose stream, of the lake's stack, another stack names."""
    told = target["Fn::GetStackOutput"]["OutputName"]
    (table,) = [name for name in TABLES if f"{name.capitalize()}Stream" in told]
    return table


def by_sms_set() -> str:
    (made,) = of_type(deployed()["sources"], "AWS::SMSVOICE::ConfigurationSet")
    (destination,) = made["EventDestinations"]
    return fed(destination["KinesisFirehoseDestination"]["DeliveryStreamArn"])


def by_ses_set() -> str:
    (made,) = of_type(deployed()["sources"], "AWS::SES::ConfigurationSetEventDestination")
    return fed(made["EventDestination"]["KinesisFirehoseDestination"]["DeliveryStreamARN"])


def by_whatsapp_topic() -> str:
    (subscription,) = of_type(deployed()["sources"], "AWS::SNS::Subscription")
    assert subscription["Protocol"] == "firehose"
    return fed(subscription["Endpoint"])


def by_rule(templates: Callable[[], Templates], source: str, detail_type: str) -> Callable[[], str]:
    """The rule that takes an event of this kind."""

    def found() -> str:
        (rule,) = [
            each
            for each in of_type(templates()["sources"], "AWS::Events::Rule")
            if source in each["EventPattern"]["source"] and _takes(each["EventPattern"]["detail-type"], detail_type)
        ]
        return fed(rule["Targets"][0]["Arn"])

    return found


def _takes(wanted: list[Any], detail_type: str) -> bool:
    return any(
        detail_type.startswith(each["prefix"]) if isinstance(each, dict) else detail_type == each for each in wanted
    )


def by_pipe(stream: str) -> str:
    """What the hub's table tells of this stream."""
    (pipe,) = [
        each
        for each in of_type(deployed()["hub"], "AWS::Pipes::Pipe")
        if f'"stream": {{"S": ["{stream}"]}}' in str(each["SourceParameters"]["FilterCriteria"])
    ]
    return fed(pipe["Target"])


def by_hub(topic: str) -> Callable[[], str]:
    """The hub hands on what it hears of a topic."""

    def found() -> str:
        (subscription,) = [
            each
            for each in of_type(deployed()["hub"], "AWS::SNS::Subscription")
            if topic in str(each["TopicArn"].get("Ref"))
        ]
        assert subscription["Protocol"] == "sqs"
        return by_pipe("events")

    return found


def directly(table: str) -> Callable[[], str]:
    """Programs put records onto the stream, by the name that the lake publishes."""

    def found() -> str:
        (stream,) = [
            each
            for each in of_type(deployed()["lake"], "AWS::KinesisFirehose::DeliveryStream")
            if each["DeliveryStreamName"] == f"parley-dev-{table}"
        ]
        assert stream["DeliveryStreamType"] == "DirectPut"
        assert f"{table.capitalize()}StreamName" in deployed()["lake"]["Outputs"]
        return table

    return found


FEEDS: Mapping[str, tuple[Callable[[], str], ...]] = {
    "sms_event": (by_sms_set, by_rule(deployed, "aws.sms-voice", "Voice Message Delivery Status Updated")),
    "ses_event": (by_ses_set,),
    "whatsapp": (by_whatsapp_topic,),
    "sms_inbound": (by_hub("SmsTopic"),),
    "ses_inbound": (by_hub("MailTopic"),),
    "whatsapp_summary": (by_rule(without_whatsapp, "aws.social-messaging", "WhatsApp Message Sent"),),
    "registration": (by_rule(deployed, "aws.sms-voice", "Registration Status Change"),),
    "sample_message": (directly("conversations"),),
    "sample_event": (directly("events"),),  # `parley import`
    "turn": (lambda: by_pipe("conversations"),),
    "consent": (lambda: by_pipe("events"),),
    "send": (lambda: by_pipe("events"),),
    "outcome": (lambda: by_pipe("events"),),
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_has_its_feed_in_the_stacks(source: Any) -> None:
    assert {feed() for feed in FEEDS[source.name]} == {source.table.name}


def test_no_feed_is_of_a_source_that_the_transformer_does_not_know() -> None:
    assert FEEDS.keys() == {source.name for source in SOURCES}
