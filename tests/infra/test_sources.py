"""The stack `sources`: what reports to the lake may do that and no more, and what it cannot deliver is kept."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest

from infra.aws.stacks.sources.mail import EVENT_TYPES
from tests.infra.synthesis import Template, synthesised

pytestmark = pytest.mark.slow

_CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "everything": {
        "sources.whatsapp": "true",
        "sources.whatsapp_accounts": "waba-0123456789abcdef0123456789abcdef",
        "sources.other_programs": "true",
    },
    "given": {
        "sources.whatsapp": "true",
        "sources.whatsapp_topic": "arn:aws:sns:us-east-1:111122223333:whatsapp",
        "kms_key": "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    },
    "no account": {"sources.email": "false", "sources.sms": "false", "sources.other_programs": "true"},
}


@cache
def sources(which: str = "everything") -> Template:
    return synthesised({"hub.deployed": "false", "watch.deployed": "false", **_CONTEXTS[which]})["sources"]


def of_type(kind: str, which: str = "everything") -> dict[str, dict[str, Any]]:
    found = sources(which)["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == kind}


def only(kind: str, which: str = "everything") -> dict[str, Any]:
    (found,) = of_type(kind, which).values()
    return found


def is_stream(value: Any) -> bool:
    """Whether it is the lake's events stream, from the other stack."""
    return "EventsStream" in str(value.get("Fn::GetStackOutput", ""))


def role(reference: Mapping[str, Any]) -> dict[str, Any]:
    """The role that Fn::GetAtt names, with its one statement."""
    name = reference["Fn::GetAtt"][0]
    (policy,) = [each for each in of_type("AWS::IAM::Policy").values() if each["Roles"] == [{"Ref": name}]]
    (statement,) = policy["PolicyDocument"]["Statement"]
    (trust,) = of_type("AWS::IAM::Role")[name]["AssumeRolePolicyDocument"]["Statement"]
    assert is_stream(statement["Resource"])
    return {"trust": trust, "actions": statement["Action"]}


def test_the_ses_set_reports_every_kind_of_event_to_the_stream() -> None:
    destination = only("AWS::SES::ConfigurationSetEventDestination")["EventDestination"]
    model = botocore.session.get_session().get_service_model("sesv2").shape_for("EventType")
    known = {"".join(part.capitalize() for part in name.split("_")) for name in model.metadata["enum"]}
    assert {name[0].upper() + name[1:] for name in destination["MatchingEventTypes"]} == known
    assert destination["MatchingEventTypes"] == list(EVENT_TYPES)
    assert destination["Enabled"] is True
    firehose = destination["KinesisFirehoseDestination"]
    assert is_stream(firehose["DeliveryStreamARN"])
    assert role(firehose["IAMRoleARN"])["actions"] == "firehose:PutRecordBatch"


def test_the_sms_set_reports_every_kind_of_event_to_the_stream() -> None:
    (destination,) = only("AWS::SMSVOICE::ConfigurationSet")["EventDestinations"]
    assert destination["MatchingEventTypes"] == ["ALL"]
    assert destination["Enabled"] is True
    firehose = destination["KinesisFirehoseDestination"]
    assert is_stream(firehose["DeliveryStreamArn"])
    assert role(firehose["IamRoleArn"])["actions"] == "firehose:PutRecord"


@pytest.mark.parametrize(("service", "feed"), [("ses", "EmailFeed"), ("sms-voice", "SmsFeed")])
def test_a_set_of_another_account_cannot_have_our_role_used(service: str, feed: str) -> None:
    (found,) = [each for name, each in of_type("AWS::IAM::Role").items() if name.startswith(feed)]
    (trust,) = found["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert ":configuration-set/parley-dev" in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])


def test_destinations_are_made_when_their_roles_have_their_rights() -> None:
    found = sources()["Resources"].values()
    for kind in ("AWS::SES::ConfigurationSetEventDestination", "AWS::SMSVOICE::ConfigurationSet"):
        (resource,) = [each for each in found if each["Type"] == kind]
        assert any("FeedDefaultPolicy" in name for name in resource["DependsOn"])


def test_only_whatsapp_of_this_account_publishes_to_the_topic() -> None:
    allowing = [
        each for each in only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"
    ]
    (statement,) = allowing
    assert statement["Principal"] == {"Service": "social-messaging.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "KmsMasterKeyId" not in only("AWS::SNS::Topic")


@pytest.mark.parametrize("which", ["everything", "given"])
def test_what_whatsapp_tells_reaches_the_stream_or_is_kept(which: str) -> None:
    subscription = only("AWS::SNS::Subscription", which)
    assert subscription["Protocol"] == "firehose"
    assert is_stream(subscription["Endpoint"])
    assert subscription["RawMessageDelivery"] is False
    (queue,) = of_type("AWS::SQS::Queue", which)
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [queue, "Arn"]}}
    (allowed,) = [each for each in _into_queue(which) if each["Principal"] == {"Service": "sns.amazonaws.com"}]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": subscription["TopicArn"]}}


def _into_queue(which: str = "everything") -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = only("AWS::SQS::QueuePolicy", which)["PolicyDocument"]["Statement"]
    return [each for each in statements if each["Action"] == "sqs:SendMessage"]


def test_accounts_are_linked_to_the_topic_that_is_made_here_when_it_lets_them_in() -> None:
    (topic,) = of_type("AWS::SNS::Topic")
    (name,) = of_type("Custom::ParleyWhatsAppAccounts")
    linked = sources()["Resources"][name]
    assert linked["Properties"]["TopicArn"] == {"Ref": topic}
    assert linked["Properties"]["Accounts"] == ["waba-0123456789abcdef0123456789abcdef"]
    (policy,) = of_type("AWS::SNS::TopicPolicy")
    assert policy in linked["DependsOn"]


def test_a_topic_of_the_deployers_is_used_and_left_as_it_is() -> None:
    assert only("AWS::SNS::Subscription", "given")["TopicArn"] == "arn:aws:sns:us-east-1:111122223333:whatsapp"
    for kind in ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Custom::ParleyWhatsAppAccounts"):
        assert of_type(kind, "given") == {}


def test_registrations_come_by_eventbridge_and_what_it_cannot_deliver_is_kept() -> None:
    (rule,) = [each for name, each in of_type("AWS::Events::Rule").items() if name.startswith("Registrations")]
    assert rule["EventPattern"] == {"source": ["aws.sms-voice"], "detail-type": ["Registration Status Change"]}
    (target,) = rule["Targets"]
    assert is_stream(target["Arn"])
    assert role(target["RoleArn"])["trust"]["Principal"] == {"Service": "events.amazonaws.com"}
    (queue,) = of_type("AWS::SQS::Queue")
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}
    (allowed,) = [each for each in _into_queue() if each["Principal"] == {"Service": "events.amazonaws.com"}]
    rules = [{"Fn::GetAtt": [name, "Arn"]} for name in of_type("AWS::Events::Rule")]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": rules}}


def test_other_programs_messages_come_where_wanted_and_whatsapps_only_where_no_account_reports() -> None:
    def told(which: str) -> set[str]:
        return {name.partition("Rule")[0] for name in of_type("AWS::Events::Rule", which)}

    assert told("everything") == {"Registrations", "Messages"}
    assert told("given") == {"Registrations"}
    assert told("no account") == {"Messages", "WhatsAppSummaries"}


def test_dead_letters_are_encrypted_taken_by_tls_only_and_kept_for_two_weeks() -> None:
    queue = only("AWS::SQS::Queue")
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert "KmsMasterKeyId" in only("AWS::SQS::Queue", "given")
    denied = [
        each["Condition"]
        for each in only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Deny"
    ]
    assert denied == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert "DeadLettersUrl" in sources()["Outputs"]


def test_the_names_that_sends_need_are_published_only_where_there_are_sets() -> None:
    assert {"EmailConfigurationSet", "SmsConfigurationSet"} <= sources()["Outputs"].keys()
    assert not {"EmailConfigurationSet", "SmsConfigurationSet"} & sources("no account")["Outputs"].keys()
