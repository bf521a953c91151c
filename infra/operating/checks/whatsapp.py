"""WhatsApp Business accounts: linked, registered, and reporting to the hub.

https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destinations.html
"""

from collections.abc import Iterator
from typing import Any

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject

SERVICE = "socialmessaging"
_SIGN_UP = "https://docs.aws.amazon.com/social-messaging/latest/userguide/getting-started-whatsapp.html"


def whatsapp(subject: Subject) -> Iterator[Finding]:
    """A finding for each account, and one for each of its numbers that Meta thinks little of."""
    if subject.has_no_hub():
        yield not_applicable("this stage has no hub")
        return
    accounts = list(pages(subject.ask, SERVICE, "ListLinkedWhatsAppBusinessAccounts", "linkedAccounts"))
    if not accounts:
        yield not_applicable(f"no WhatsApp Business account is linked in {subject.region}", f"for WhatsApp: {_SIGN_UP}")
    topic = subject.hub.whatsapp_topic_arn if subject.hub else ""
    for account in accounts:
        yield _account(account, topic)
        linked = subject.ask(SERVICE, "GetLinkedWhatsAppBusinessAccount", id=account["id"])["account"]
        yield from (_number(each) for each in linked["phoneNumbers"])


def _account(account: Any, topic: str) -> Finding:
    named = f"{account['wabaName'] or 'WhatsApp account'} ({account['id']})"
    add = f"put {account['id']} into sources.whatsapp_accounts of cdk.json, with sources.whatsapp=true, and deploy"
    if account["registrationStatus"] != "COMPLETE":
        return problem(f"{named}: its registration is {account['registrationStatus']}", f"finish it: {_SIGN_UP}")
    destinations = [each["eventDestinationArn"] for each in account["eventDestinations"]]
    if not destinations:
        return warning(f"{named}: reports to nobody", add)
    if topic and topic not in destinations:
        return warning(f"{named}: reports to {destinations[0]}, which is not this stage", f"if it should: {add}")
    return ok(f"{named}: reports to {destinations[0]}")


def _number(number: Any) -> Finding:
    """Quality: https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-phone-numbers_get_score.html"""
    named = f"{number['displayPhoneNumber'] or number['phoneNumber']} ({number['phoneNumberId']})"
    if number["qualityRating"].upper() == "RED":
        return warning(f"{named}: quality RED, so Meta may limit it", "see why in Meta's WhatsApp Manager")
    return ok(f"{named}: quality {number['qualityRating'] or 'not rated yet'}")
