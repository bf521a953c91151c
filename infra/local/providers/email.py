"""Email for a machine without AWS, as SES delivers it: mails people write, what became of ours.

Sources: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (delivery events),
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html (received mails)
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from infra.local.providers.fates import Fate, Outcome
from orchestrator.channels.email.mime import Mail, parse_mail
from orchestrator.model import Verdict

ACCOUNT = "000000000000"
OUR_ADDRESS = "help@parley.example"  # a domain reserved for examples
DELIVERED = ("Send", "Delivery")
# What a recipient with this label causes, much as the addresses of SES's mailbox simulator do.
SIMULATED: Mapping[str, Sequence[str]] = {
    "bounce": ("Send", "Bounce"),
    "complaint": (*DELIVERED, "Complaint"),
    "open": (*DELIVERED, "Open"),
}


def events_for(recipient: str) -> Sequence[str]:
    """The events that a mail to this address leads to: `ana+bounce@…`, `ana+complaint@…`, `ana+open@…` ask for more."""
    return SIMULATED.get(recipient.partition("@")[0].rpartition("+")[2].lower(), DELIVERED)


def delivery_events(
    request: Mapping[str, Any], message_id: str, at: datetime, events: Sequence[str] = DELIVERED
) -> list[dict[str, Any]]:
    """What SES publishes for one SendEmail request, a second apart; `events` may also name Open, Bounce, Complaint."""
    recipients = request["Destination"]["ToAddresses"]
    mail = {
        "timestamp": _time(at),
        "source": request["FromEmailAddress"],
        "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{request['FromEmailAddress']}",
        "sendingAccountId": ACCOUNT,
        "messageId": message_id,
        "destination": recipients,
        **_shown_headers(parse_mail(request["Content"]["Raw"]["Data"]), recipients),
        "tags": _tags(request),
    }
    return [
        {"eventType": name, name.lower(): _DETAILS[name](recipients, at + timedelta(seconds=index)), "mail": mail}
        for index, name in enumerate(events)
    ]


_TOLD: Mapping[Outcome, Sequence[str]] = {
    "accepted": ("Send",),
    "sent": ("Send",),
    "delivered": DELIVERED,
    "read": (*DELIVERED, "Open"),
    "complained": (*DELIVERED, "Complaint"),
}


def told(request: Mapping[str, Any], message_id: str, at: datetime, fate: Fate) -> list[tuple[float, dict[str, Any]]]:
    """What is told of a mail of this fate, and after how many seconds: first that it was sent."""
    if fate.outcome == "silent":
        return []
    kinds = _TOLD.get(fate.outcome, ("Send", "Bounce"))
    events = delivery_events(request, message_id, at, kinds)
    return [(fate.after_s if index else 0.0, event) for index, event in enumerate(events)]


def inbound_event(
    content: bytes, at: datetime, our_address: str = OUR_ADDRESS, verdict: Verdict = "unknown"
) -> dict[str, Any]:
    """A mail as the SNS action of a receipt rule hands it on. The same mail has the same id.

    Nobody has judged a mail from a file, so there are no verdicts unless one is given; where that is FAIL, the sender's
    domain asks for nothing. The envelope is what the mail itself says of it.
    """
    mail = parse_mail(content)
    message_id = hashlib.sha256(content).hexdigest()[:40]
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": _time(at),
            **_envelope(mail),
            "messageId": message_id,
            "destination": [our_address],
            **_shown_headers(mail, [our_address]),
        },
        "receipt": {
            "timestamp": _time(at),
            "processingTimeMillis": 0,
            "recipients": [our_address],
            "action": {"type": "SNS", "topicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:inbound", "encoding": "BASE64"},
            **verdicts(verdict),
        },
        "content": base64.b64encode(content).decode(),
    }


def message_event(text: str, message_id: str, our_address: str, their_address: str, at: datetime) -> dict[str, Any]:
    """What a person wrote, as one mail of a thread that has the person's address for its name.

    Whoever types on this machine is who they say.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = their_address
    message["To"] = our_address
    message["Subject"] = "A question"
    message["Message-ID"] = f"<{message_id}@mail.example>"
    message["References"] = f"<{hashlib.sha256(their_address.encode()).hexdigest()[:16]}@mail.example>"
    message.set_content(text)
    event = inbound_event(message.as_bytes(), at, our_address, "pass")
    event["mail"]["messageId"] = message_id
    return event


def verdicts(verdict: Verdict) -> dict[str, Any]:
    """What SES says of the sender in a receipt; nothing where it is unknown."""
    if verdict not in ("pass", "gray", "fail"):
        return {}
    checks = {f"{check}Verdict": {"status": verdict.upper()} for check in ("spf", "dkim", "dmarc")}
    return {**checks, **({"dmarcPolicy": "none"} if verdict == "fail" else {})}


def _envelope(mail: Mail) -> dict[str, str]:
    """`source` by the Return-Path, which the receiving server adds; else by From."""
    if return_path := mail.header("return-path").strip():
        return {"source": return_path.strip("<>")}
    return {"source": mail.senders[0].spec} if mail.senders else {}


def _shown_headers(mail: Mail, recipients: Sequence[str]) -> dict[str, Any]:
    common = {"to": list(recipients), "subject": mail.subject}
    if mail.senders:
        common["from"] = [mail.senders[0].spec]
    shown = [{"name": name.title(), "value": " ".join(value.split())} for name, value in mail.headers]
    return {"headersTruncated": False, "headers": shown, "commonHeaders": common}


def _tags(request: Mapping[str, Any]) -> dict[str, list[str]]:
    """SES gives every tag a list of values, and adds its own."""
    tags = {tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags", [])}
    if "ConfigurationSetName" in request:
        tags["ses:configuration-set"] = [request["ConfigurationSetName"]]
    return tags


def _delivery(recipients: Sequence[str], at: datetime) -> dict[str, Any]:
    return {
        "timestamp": _time(at),
        "processingTimeMillis": 1000,
        "recipients": recipients,
        "smtpResponse": "250 2.0.0 OK",
        "reportingMTA": "local.smtp-out.amazonses.example",
    }


def _open(_: Sequence[str], at: datetime) -> dict[str, Any]:
    return {"timestamp": _time(at), "ipAddress": "192.0.2.1", "userAgent": "a mail program"}


def _bounce(recipients: Sequence[str], at: datetime) -> dict[str, Any]:
    status = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    return {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": each, **status} for each in recipients],
        "timestamp": _time(at),
        "feedbackId": "local-bounce",
    }


def _complaint(recipients: Sequence[str], at: datetime) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": each} for each in recipients],
        "timestamp": _time(at),
        "feedbackId": "local-complaint",
        "complaintFeedbackType": "abuse",
    }


def _send(_: Sequence[str], __: datetime) -> dict[str, Any]:
    return {}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_DETAILS: Mapping[str, Callable[[Sequence[str], datetime], dict[str, Any]]] = {
    "Send": _send,
    "Delivery": _delivery,
    "Open": _open,
    "Bounce": _bounce,
    "Complaint": _complaint,
}
