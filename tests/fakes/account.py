"""An AWS account that can be asked: each reply as the test has it, else as an account in good order gives it.

Requests are held to botocore's models as the services would, replies too, so that no check rests on a name or a value
that AWS does not know.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.providers.requests import check, operation, refusal
from infra.operating.aws_questions import READS
from tests.fakes.shapes import as_documented

Reply = Mapping[str, Any] | Exception | Callable[[Mapping[str, Any]], Any]

ACCOUNT, REGION = "123456789012", "us-east-1"
MODEL = "amazon.nova-lite-v1:0"


def absent(name: str, code: str = "ResourceNotFoundException") -> Exception:
    """What a service answers of a thing that it does not know."""
    return refusal(name, code, "not found", status=404)


def model_details(**members: object) -> dict[str, Any]:
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}"
    details = {"modelArn": arn, "modelId": MODEL, "modelName": "Nova Lite", "inferenceTypesSupported": ["ON_DEMAND"]}
    return {"modelDetails": {**details, "modelLifecycle": {"status": "ACTIVE"}, **members}}


def availability(agreement: str = "AVAILABLE", **members: object) -> dict[str, Any]:
    return {
        "modelId": MODEL,
        "agreementAvailability": {"status": agreement},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
        **members,
    }


def number(**members: object) -> dict[str, Any]:
    """A phone number whose messages go to the topic of tests/stage_kit.py."""
    return {
        "PhoneNumberArn": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:phone-number/phone-1",
        "PhoneNumberId": "phone-1",
        "PhoneNumber": "+14255550100",
        "Status": "ACTIVE",
        "IsoCountryCode": "US",
        "MessageType": "TRANSACTIONAL",
        "NumberCapabilities": ["SMS"],
        "NumberType": "TOLL_FREE",
        "MonthlyLeasingPrice": "2.00",
        "TwoWayEnabled": True,
        "TwoWayChannelArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:sms",
        "SelfManagedOptOutsEnabled": False,
        "OptOutListName": "Default",
        "DeletionProtectionEnabled": False,
        "RegistrationId": "registration-1",
        "CreatedTimestamp": 0,
        **members,
    }


def waba(**members: object) -> dict[str, Any]:
    """A WhatsApp Business account."""
    return {
        "arn": f"arn:aws:social-messaging:{REGION}:{ACCOUNT}:waba/1",
        "id": "waba-1",
        "wabaId": "1",
        "registrationStatus": "COMPLETE",
        "linkDate": 0,
        "wabaName": "Lamps",
        "eventDestinations": [{"eventDestinationArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:whatsapp"}],
        **members,
    }


def waba_number(**members: object) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:social-messaging:{REGION}:{ACCOUNT}:phone-number-id/1",
        "phoneNumber": "+14255550101",
        "phoneNumberId": "phone-number-id-1",
        "metaPhoneNumberId": "1",
        "displayPhoneNumberName": "Lamps",
        "displayPhoneNumber": "+1 425-555-0101",
        "qualityRating": "GREEN",
        **members,
    }


def mail_account(**members: object) -> dict[str, Any]:
    return {
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0},
        **members,
    }


def mail_identity(**members: object) -> dict[str, Any]:
    dkim = {"SigningEnabled": True, "Status": "SUCCESS"}
    return {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True, "DkimAttributes": dkim, **members}


def receipt_rules(**members: object) -> dict[str, Any]:
    rule = {
        "Name": "parley",
        "Enabled": True,
        "Recipients": ["lamps.example"],
        "Actions": [{"S3Action": {"BucketName": "mail"}}],
        "ScanEnabled": True,
    }
    return {"Metadata": {"Name": "rules"}, "Rules": [{**rule, **members}]}


def quota(name: str, value: float) -> dict[str, Any]:
    return {"Quotas": [{"ServiceCode": "bedrock", "QuotaName": name, "Value": value}]}


def subscription(arn: str = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms:1") -> dict[str, Any]:
    """Of an operator to the alarms."""
    return {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": "ana@lamps.example", "TopicArn": "t", "Owner": "o"}


GOOD: Mapping[str, Reply] = {
    "sts.GetCallerIdentity": {"UserId": "u", "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana"},
    "cloudformation.DescribeStacks": lambda request: {
        "Stacks": [{"StackName": request["StackName"], "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}]
    },
    "bedrock.GetFoundationModel": model_details(),
    "bedrock.GetFoundationModelAvailability": availability(),
    "bedrock.GetUseCaseForModelAccess": {"formData": b"0123456789"},
    "service-quotas.ListServiceQuotas": quota(
        "On-demand InvokeModel tokens per minute for Amazon Nova Lite", 200_000.0
    ),
    "lambda.GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "pinpoint-sms-voice-v2.DescribePhoneNumbers": {"PhoneNumbers": [number()]},
    "pinpoint-sms-voice-v2.DescribeRegistrations": {"Registrations": []},
    "pinpoint-sms-voice-v2.DescribeAccountAttributes": {
        "AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}]
    },
    "pinpoint-sms-voice-v2.DescribeSpendLimits": {
        "SpendLimits": [
            {"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 100, "MaxLimit": 100, "Overridden": False}
        ]
    },
    "socialmessaging.ListLinkedWhatsAppBusinessAccounts": {"linkedAccounts": [waba()]},
    "socialmessaging.GetLinkedWhatsAppBusinessAccount": {"account": {**waba(), "phoneNumbers": [waba_number()]}},
    "sesv2.GetAccount": mail_account(),
    "sesv2.GetEmailIdentity": mail_identity(),
    "ses.DescribeActiveReceiptRuleSet": receipt_rules(),
    "sqs.GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "0"}},
    "cloudwatch.DescribeAlarms": {"MetricAlarms": []},
    "sns.ListSubscriptionsByTopic": {"Subscriptions": [subscription()]},
    "firehose.DescribeDeliveryStream": lambda request: {
        "DeliveryStreamDescription": {
            "DeliveryStreamName": request["DeliveryStreamName"],
            "DeliveryStreamARN": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/x",
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": "1",
            "Destinations": [],
            "HasMoreDestinations": False,
        }
    },
}


class FakeAccount:
    """Fills `Ask`."""

    def __init__(self, **replies: Reply) -> None:
        """`replies` by the operation's name, in place of good ones."""
        self.asked: list[str] = []
        self._replies = replies

    def __call__(self, service: str, operation_name: str, /, **request: object) -> Any:
        self.asked.append(f"{service}.{operation_name}")
        assert operation_name.startswith(READS)
        check(service, operation_name, request)
        reply = self._replies.get(operation_name, GOOD.get(f"{service}.{operation_name}"))
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        assert reply is not None, f"no reply to {service}.{operation_name}"
        as_documented(service, operation_name, reply)
        strange = list(_unknown(reply, operation(service, operation_name).output_shape))
        assert not strange, strange
        return reply


def _unknown(value: Any, shape: Any) -> Iterator[object]:
    """Values that are not in their enumeration."""
    if shape.type_name == "structure":
        for member, inner in value.items():
            yield from _unknown(inner, shape.members[member])
    elif shape.type_name == "list":
        for inner in value:
            yield from _unknown(inner, shape.member)
    elif shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield value
