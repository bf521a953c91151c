"""Phone numbers: whether the hub hears them, and whether they may send.

https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-two-way-sms.html
https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_DescribePhoneNumbers.html
"""

from collections.abc import Iterator
from typing import Any

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject

SERVICE = "pinpoint-sms-voice-v2"
_REGISTERED = frozenset({"TOLL_FREE", "TEN_DLC"})  # those of the United States, which carriers block unregistered
_GUIDE = "https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations.html"


def phone_numbers(subject: Subject) -> Iterator[Finding]:
    """A finding for each number."""
    if subject.has_no_hub():
        yield not_applicable("this stage has no hub")
        return
    numbers = list(pages(subject.ask, SERVICE, "DescribePhoneNumbers", "PhoneNumbers"))
    if not numbers:
        yield not_applicable(
            f"no phone number in {subject.region}", "for SMS, request one: -c hub.new_sms_number=US:SIMULATOR to try it"
        )
    topic = subject.hub.sms_topic_arn if subject.hub else ""
    for number in numbers:
        yield _unready(number) or _unheard(number, topic) or ok(f"{_named(number)}: {_heard(number)}")


def _named(number: Any) -> str:
    return f"{number['PhoneNumber']} ({number['NumberType'].lower()}, {number.get('PhoneNumberId', 'no id')})"


def _heard(number: Any) -> str:
    return f"its messages go to {number['TwoWayChannelArn']}"


def _unready(number: Any) -> Finding | None:
    """Why it cannot send at all."""
    named, kind = _named(number), number["NumberType"]
    if number["Status"] != "ACTIVE":
        return warning(f"{named}: {number['Status']}", f"it is used when it is ACTIVE; registering: {_GUIDE}")
    if number["IsoCountryCode"] == "US" and kind in _REGISTERED and "RegistrationId" not in number:
        return problem(f"{named}: not registered, so carriers block what it sends", f"register it: {_GUIDE}")
    return None


def _unheard(number: Any, topic: str) -> Finding | None:
    """Why the hub does not hear it. `topic` is the hub's; "" where none is known: then any will do."""
    named = _named(number)
    add = f"put {number.get('PhoneNumberId')} into hub.sms_numbers of cdk.json, and deploy"
    if "SMS" not in number["NumberCapabilities"]:
        return not_applicable(f"{named}: knows no SMS")
    if not number["TwoWayEnabled"]:
        return warning(f"{named}: two-way messages are off, so nobody hears it", add)
    if topic and number.get("TwoWayChannelArn") != topic:
        return warning(f"{named}: {_heard(number)}, which is not this stage", f"if it should be: {add}")
    if number["NumberType"] == "SIMULATOR":
        return warning(f"{named}: writes to simulated numbers only", "request a number for customers")
    return None
