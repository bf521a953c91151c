"""Registrations of numbers and senders: whether the carriers' reviews are done.

https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-status.html
"""

from collections.abc import Iterator

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.phone_numbers import SERVICE
from infra.operating.checks.subject import Subject

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
