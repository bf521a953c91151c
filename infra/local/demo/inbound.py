"""What people write, as the providers deliver it. Ids come from outside, so that the same seed gives the same bytes."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import msgspec

from infra.local.demo.people import Organisation, Person
from infra.local.providers import email as outbox_email
from infra.local.providers import whatsapp as outbox_whatsapp


def event(person: Person, text: str, message_id: str, at: datetime) -> bytes:
    """One message of a person, in the SNS notification it comes in."""
    ours = person.organisation
    match person.channel:
        case "sms":
            body = _sms(person, text, message_id)
        case "whatsapp":
            body = with_account_of(
                outbox_whatsapp.message_event(text, f"wamid.{message_id}", ours.number, person.address, at), ours
            )
        case "email":
            body = with_verdicts(outbox_email.message_event(text, message_id, ours.mail, person.address, at), "PASS")
    return notified(body, message_id, at)


def harmful_mail(person: Person, message_id: str, at: datetime) -> bytes:
    """A mail that SES has found a virus in."""
    body = outbox_email.message_event("see attachment", message_id, person.organisation.mail, person.address, at)
    return notified(with_verdicts(body, "FAIL"), message_id, at)


def automatic_mail(person: Person, message_id: str, at: datetime) -> bytes:
    """An out-of-office notice, as RFC 3834 marks it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = person.address
    mail["To"] = person.organisation.mail
    mail["Subject"] = "Out of office"
    mail["Auto-Submitted"] = "auto-replied"
    mail["Message-ID"] = f"<{message_id}@mail.example>"
    mail.set_content("I am away until Monday.")
    body = outbox_email.inbound_event(mail.as_bytes(), at, person.organisation.mail)
    return notified(with_verdicts(body, "PASS"), message_id, at)


def broken_sms(person: Person, message_id: str, at: datetime) -> bytes:
    """An SMS without the number it came from, so that nobody can be answered."""
    body = _sms(person, "hello?", message_id)
    del body["originationNumber"]
    return notified(body, message_id, at)


def notified(body: dict[str, Any], message_id: str, at: datetime) -> bytes:
    """An event in an SNS notification. Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html"""
    return msgspec.json.encode(
        {
            "Type": "Notification",
            "MessageId": f"{message_id[:8]}-0000-4000-8000-{message_id[:12]}",
            "TopicArn": "arn:aws:sns:us-east-1:000000000000:inbound",
            "Message": msgspec.json.encode(body).decode(),
            "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
    )


def with_verdicts(body: dict[str, Any], virus: str) -> dict[str, Any]:
    """Adds SES's verdicts to `body`, the event of a received mail, and returns it. `virus` is PASS or FAIL."""
    verdicts = {"spam": "PASS", "virus": virus, "spf": "PASS", "dkim": "PASS", "dmarc": "PASS"}
    body["receipt"] |= {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
    return body


def with_account_of(body: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    """Changes `body`, a WhatsApp event, into one of the organisation's own account, and returns it."""
    body["aws_account_id"] = organisation.account_id
    body["context"]["MetaWabaIds"][0]["wabaId"] = organisation.name
    return body


def _sms(person: Person, text: str, message_id: str) -> dict[str, Any]:
    return {
        "originationNumber": person.address,
        "destinationNumber": person.organisation.number,
        "messageKeyword": "KEYWORD_000000000000",
        "messageBody": text,
        "inboundMessageId": message_id,
    }
