"""What the hub sends with, and the right to: its own numbers and identities, and the sets that report to the lake.

AWS authorises a send on the number or identity and on the configuration set together.
Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsendusermessagingsmsandvoicev2.html,
.../list_amazonsimpleemailservicev2.html, .../list_awsendusermessagingsocial.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.settings.hub import Hub


@dataclass(frozen=True)
class Reporting:
    """What of the event sources the hub needs; "" for what the deployment lacks."""

    email_configuration_set: str = ""
    sms_configuration_set: str = ""
    whatsapp_topic_arn: str = ""


def sending(stack: ParleyStack, reporting: Reporting, numbers: Sequence[str]) -> list[iam.PolicyStatement]:
    """`numbers` are ids of phone numbers, or what stands for one that is being made."""
    hub = stack.deployment.hub
    own = f"{stack.region}:{stack.account}"
    allowed = []
    if numbers:
        sms = f"arn:{stack.partition}:sms-voice:{own}"
        on = [f"{sms}:phone-number/{number}" for number in numbers]
        if reporting.sms_configuration_set:
            on.append(f"{sms}:configuration-set/{reporting.sms_configuration_set}")
        allowed.append(allow("sms-voice:SendTextMessage", on=on))
    if hub.mail_recipients:
        ses = f"arn:{stack.partition}:ses:{own}"
        on = [f"{ses}:identity/{identity}" for identity in identities(hub)]
        if reporting.email_configuration_set:
            on.append(f"{ses}:configuration-set/{reporting.email_configuration_set}")
        # Version 2 of the API checks version 1's action where the content is raw, as a reply in a thread must be.
        allowed.append(allow("ses:SendEmail", "ses:SendRawEmail", on=on))
    if stack.deployment.sources.whatsapp:
        social = f"arn:{stack.partition}:social-messaging:{own}:phone-number-id"
        # An ARN has what follows the prefix of an id: botocore's models of both have patterns that say so.
        on = [f"{social}/{number.removeprefix('phone-number-id-')}" for number in hub.whatsapp_numbers or ("*",)]
        allowed.append(allow("social-messaging:SendWhatsAppMessage", on=on))
    return allowed


def identities(hub: Hub) -> list[str]:
    """Those that answers may be sent as."""
    if hub.mail_identities:
        return list(hub.mail_identities)
    domains = [recipient.rpartition("@")[2].lstrip(".") for recipient in hub.mail_recipients]
    return list(dict.fromkeys([*(each for each in hub.mail_recipients if "@" in each), *domains]))


def addresses(hub: Hub) -> list[str]:
    """The recipients that are addresses: ours, for certain."""
    return [each.lower() for each in hub.mail_recipients if "@" in each]
