"""What becomes of mails, as SES's configuration sets report it.

Shapes: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from infra.local.demo.outcomes import TimedEvent
from infra.local.demo.people import Organisation
from infra.local.providers import email as outbox_email

_OLD = "@old-isp.example"  # a provider whose customers have moved on: many bounces and complaints
_DELAYED = 0.01
_CLICKS = 0.3  # of the opened ones
_LEAVES = 0.01  # of those who open and do not click


def mail_outcome(
    chance: Random,
    organisation: Organisation,
    request: Mapping[str, Any],
    message_id: str,
    at: datetime,
    *,
    interest: float,
) -> Iterator[TimedEvent]:
    """The delivery events of one SendEmail; `interest` is the share of delivered mails that are opened, 0 to 1."""
    (address,) = request["Destination"]["ToAddresses"]
    is_old = address.endswith(_OLD)
    names = ("Send", "Delivery", "Open", "Bounce", "Complaint")
    send, delivery, opened, bounce, complaint = outbox_email.delivery_events(request, message_id, at, names)
    mail = send["mail"]  # which all of them share
    mail["sendingAccountId"] = organisation.account_id
    yield TimedEvent(at, send)
    if chance.random() < (0.12 if is_old else 0.012):
        yield _bounced(chance, bounce, at)
        return
    if chance.random() < _DELAYED:
        at += timedelta(minutes=chance.uniform(5, 20))
        yield _event(mail, "DeliveryDelay", at, delayType="TransientCommunicationFailure")
        at += timedelta(hours=chance.uniform(0.5, 6))
    at += timedelta(seconds=chance.lognormvariate(0.7, 0.8))
    yield _event(mail, "Delivery", at, **delivery["delivery"])
    if chance.random() < (0.006 if is_old else 0.0008):
        yield _event(mail, "Complaint", at + timedelta(hours=chance.uniform(0.1, 30)), **complaint["complaint"])
    elif chance.random() < interest:
        yield from _read(chance, mail, opened["open"], at + timedelta(seconds=chance.lognormvariate(8.2, 1.6)))


def _bounced(chance: Random, bounce: dict[str, Any], at: datetime) -> TimedEvent:
    """A bounce that is permanent, or one of a full mailbox."""
    if chance.random() < 0.7:
        return _event(bounce["mail"], "Bounce", at + timedelta(seconds=chance.uniform(2, 30)), **bounce["bounce"])
    full = {**bounce["bounce"], "bounceType": "Transient", "bounceSubType": "MailboxFull"}
    return _event(bounce["mail"], "Bounce", at + timedelta(seconds=chance.uniform(60, 7200)), **full)


def _read(chance: Random, mail: dict[str, Any], program: Mapping[str, str], at: datetime) -> Iterator[TimedEvent]:
    yield _event(mail, "Open", at, **program)
    at += timedelta(seconds=chance.uniform(3, 200))
    if chance.random() < _CLICKS:
        yield _event(mail, "Click", at, **{**program, "link": "https://example.com/track"})
    elif chance.random() < _LEAVES:
        yield _event(mail, "Subscription", at, contactList="customers", source="UnsubscribeHeader")


def _event(mail: dict[str, Any], event_type: str, at: datetime, **details: object) -> TimedEvent:
    """The part named like the event has its details and its time."""
    name = event_type[0].lower() + event_type[1:]
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return TimedEvent(at, {"eventType": event_type, name: {**details, "timestamp": moment}, "mail": mail})
