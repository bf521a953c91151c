"""Phone numbers: whether the hub hears them, whether they may send, and how much the account may spend on it.

Numbers         https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-two-way-sms.html
                https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_DescribePhoneNumbers.html
Registrations   https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-status.html
Account         https://docs.aws.amazon.com/sms-voice/latest/userguide/sandbox.html
                https://docs.aws.amazon.com/sms-voice/latest/userguide/spend-limit.html
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


# ── registrations ────────────────────────────────────────────────────────────────────────────────────────────────────

_WAITS_FOR_YOU = frozenset({"CREATED", "REQUIRES_UPDATES", "REQUIRES_AUTHENTICATION"})
_OVER = frozenset({"CLOSED", "DELETED"})


def registrations(subject: Subject) -> Iterator[Finding]:
    """A finding for each registration that is not over."""
    if subject.has_no_hub():
        yield not_applicable("this stage has no hub")
        return
    found = list(pages(subject.ask, SERVICE, "DescribeRegistrations", "Registrations"))
    current = [each for each in found if each["RegistrationStatus"] not in _OVER]
    if not current:
        yield not_applicable(f"no registration in {subject.region}")
    for each in current:
        yield _judged(each["RegistrationId"], each["RegistrationType"], each["RegistrationStatus"])


def _judged(id_: str, kind: str, status: str) -> Finding:
    told = f"{kind} {id_}: {status}"
    if status == "COMPLETE":
        return ok(told)
    if status in _WAITS_FOR_YOU:
        look = f"aws pinpoint-sms-voice-v2 describe-registration-versions --registration-id {id_}"
        return problem(told, f"it waits for you: {look}")
    return warning(told, "wait: reviews take days to weeks")


# ── account ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LITTLE_USD = 1  # a month: what an account begins with
_SANDBOX = "request production access: https://docs.aws.amazon.com/sms-voice/latest/userguide/sandbox.html"
_SET = "aws pinpoint-sms-voice-v2 set-text-message-spend-limit-override --monthly-limit USD"


def sms_account(subject: Subject) -> Iterator[Finding]:
    """The account's tier, and its limit for text messages."""
    if subject.has_no_hub():
        yield not_applicable("this stage has no hub")
        return
    attributes = {
        each["Name"]: each["Value"]
        for each in pages(subject.ask, SERVICE, "DescribeAccountAttributes", "AccountAttributes")
    }
    if attributes.get("ACCOUNT_TIER") == "SANDBOX":
        yield warning("SMS sandbox: 10 verified destination numbers at most, and 1 USD a month", _SANDBOX)
    else:
        yield ok(f"SMS account tier: {attributes.get('ACCOUNT_TIER', 'not told')}")
    for limit in pages(subject.ask, SERVICE, "DescribeSpendLimits", "SpendLimits"):
        if limit["Name"] == "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT":
            yield _spend(limit["EnforcedLimit"], limit["MaxLimit"])


def _spend(enforced: int, most: int) -> Finding:
    told = f"SMS stop at {enforced} USD a month; the account may go up to {most}"
    if enforced > LITTLE_USD:
        return ok(told)
    raise_first = (
        "request a higher quota first: https://docs.aws.amazon.com/sms-voice/latest/userguide/spend-limit.html"
    )
    return warning(told, _SET if most > enforced else raise_first)
