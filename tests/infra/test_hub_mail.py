"""Mail is received whole, whatever its size, by the rule that the template adds."""

import json
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from infra.aws.custom import receipt_rule
from infra.aws.custom.resource import Event
from orchestrator.channels.channel import Channel
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.settings import Settings
from tests.deployed import DeployedMachine
from tests.fakes.receiving import FakeReceiving
from tests.infra.hub import hub, of_type, one, statements, target
from tests.infra.synthesis import Template
from tests.kit import notification
from tests.unit.email_kit import EVENTS, HEAD, OURS, EmailLine

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]  # the template is made once

BUCKET = "mails-of-the-deployment"
SNS_LIMIT = 256 * 1024


class BucketLine(EmailLine):
    """Mails are fetched from moto's S3."""

    def channel(self, client: Any, settings: Settings) -> Channel:
        own = msgspec.structs.replace(settings.email, email_addresses=(OURS,))
        return EmailChannel(client, boto3.client("s3", region_name="eu-west-1"), own)


def wanted(template: Template) -> Any:
    return one(template, "Custom::ParleyReceiptRule", "ReceiptRule")


def received(monkeypatch: pytest.MonkeyPatch, mail: bytes) -> bytes:
    """What SES does with a mail by the rule: it puts it into the bucket and tells the topic, in these words."""
    ses = FakeReceiving()
    monkeypatch.setattr(receipt_rule, "_client", lambda: ses)
    properties = {**wanted(hub()), "Bucket": BUCKET, "Topic": "arn:aws:sns:eu-west-1:111122223333:mail"}
    properties = {name: str(value).lower() if isinstance(value, bool) else value for name, value in properties.items()}
    request: Event = {"RequestType": "Create", "ResourceProperties": properties}
    receipt_rule.handler(request, None)
    (rule,) = ses.sets[ses.active].values()
    action = rule["Actions"][0]["S3Action"]
    event = json.loads((EVENTS / "email_in_s3.json").read_bytes())
    key = action["ObjectKeyPrefix"] + event["mail"]["messageId"]
    boto3.client("s3", region_name="eu-west-1").put_object(Bucket=action["BucketName"], Key=key, Body=mail)
    event["receipt"]["action"] = {
        "type": "S3",
        "topicArn": action["TopicArn"],
        "bucketName": action["BucketName"],
        "objectKey": key,
    }
    return notification(event)


def test_a_mail_of_5_mb_is_answered(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    location: Any = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3", region_name="eu-west-1").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    line = BucketLine()
    machine = DeployedMachine(tmp_path, line=line)
    picture = b"--b\r\nContent-Type: image/png\r\n\r\n" + b"0123456789abcdef" * 4 * 80_000 + b"\r\n"
    words = b"--b\r\nContent-Type: text/plain\r\n\r\nDoes this kettle look right?\r\n"
    mail = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + words + picture + b"--b--\r\n"
    assert len(mail) > 5_000_000
    told = received(monkeypatch, mail)
    assert len(told) < SNS_LIMIT
    machine.deliver(told)
    machine.work_one()
    (reply,) = line.replies
    assert reply.text.startswith("You said: Does this kettle look right?\n")


def test_a_mail_is_scanned_kept_whole_and_told_to_a_topic_of_its_own() -> None:
    template = hub()
    rule = wanted(template)
    assert target(rule["Bucket"]).startswith("Mails")
    assert target(rule["Topic"]).startswith("MailTopic")
    assert rule["Recipients"] == ["Help@shop.example", "example.org"]
    assert (rule["RuleSet"], rule["Made"], rule["TlsRequired"]) == ("parley-dev", True, False)
    ids = [name for name, each in template["Resources"].items() if each["Type"].endswith("Policy")]
    needed = template["Resources"]["ReceiptRule"]["DependsOn"]
    for start in ("MailsPolicy", "MailTopicPolicy"):
        assert next(name for name in ids if name.startswith(start)) in needed, "SES tries both when the rule is made"


def test_the_deployers_own_rule_set_is_used_and_tls_required_where_wanted() -> None:
    rule = wanted(hub("otherwise"))
    assert (rule["RuleSet"], rule["Made"], rule["TlsRequired"]) == ("default-rule-set", False, True)


def test_only_the_rule_of_this_account_may_put_mails_and_tell_of_them() -> None:
    for template, rule_set in ((hub(), "parley-dev"), (hub("otherwise"), "default-rule-set")):
        _only_the_rule(template, rule_set)


def _only_the_rule(template: Template, rule_set: str) -> None:
    policies = {**of_type(template, "AWS::S3::BucketPolicy"), **of_type(template, "AWS::SNS::TopicPolicy")}
    by_ses = [each for each in statements(policies) if each.get("Principal") == {"Service": "ses.amazonaws.com"}]
    assert sorted(each["Action"] for each in by_ses) == ["s3:PutObject", "sns:Publish"]
    for each in by_ses:
        conditions = each["Condition"]["StringEquals"]
        assert conditions["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
        source = "".join(part for part in conditions["aws:SourceArn"]["Fn::Join"][1] if isinstance(part, str))
        assert source.endswith(f":receipt-rule-set/{rule_set}:receipt-rule/parley-dev")


def test_mails_are_private_encrypted_and_deleted_in_time() -> None:
    bucket = one(hub("otherwise"), "AWS::S3::Bucket", "Mails")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "BucketEncryption" in bucket
    expirations = [rule.get("ExpirationInDays") for rule in bucket["LifecycleConfiguration"]["Rules"]]
    assert 7 in expirations


def test_a_hub_that_receives_no_mail_touches_nothing_of_ses() -> None:
    template = hub("no channel")
    assert not of_type(template, "Custom::ParleyReceiptRule")
    assert not of_type(template, "AWS::S3::Bucket")
