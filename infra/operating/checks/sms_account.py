"""What the account may send by SMS: sandbox, spend.

https://docs.aws.amazon.com/sms-voice/latest/userguide/sandbox.html
https://docs.aws.amazon.com/sms-voice/latest/userguide/spend-limit.html
"""

from collections.abc import Iterator

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, warning
from infra.operating.checks.phone_numbers import SERVICE
from infra.operating.checks.subject import Subject

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
