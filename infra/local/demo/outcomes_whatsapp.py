"""What becomes of WhatsApp messages, as End User Messaging Social reports it.

Codes and titles: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from infra.local.demo.inbound import with_account_of
from infra.local.demo.outcomes import TimedEvent, one_of
from infra.local.demo.people import Organisation
from infra.local.providers import whatsapp as outbox_whatsapp

_FAILED = 0.02
_FAILURES = {
    (131026, "Message undeliverable"): 0.4,
    (131047, "Re-engagement message"): 0.25,
    (131049, "This message was not delivered to maintain healthy ecosystem engagement."): 0.2,
    (130429, "Rate limit hit"): 0.1,
    (131000, "Something went wrong"): 0.05,
}


def whatsapp_outcome(
    chance: Random, organisation: Organisation, request: Mapping[str, Any], message_id: str, at: datetime
) -> Iterator[TimedEvent]:
    """The delivery events of one SendWhatsAppMessage: accepted, then failed, or sent, delivered and read."""
    accepted, sent, delivered, read = outbox_whatsapp.delivery_events(request, message_id, at)
    yield _event(accepted, organisation, at)
    if chance.random() < _FAILED:
        code, title = one_of(chance, _FAILURES)
        at += timedelta(seconds=chance.uniform(1, 20))
        yield _event(sent, organisation, at, status="failed", errors=[{"code": code, "title": title}])
        return
    yield _event(sent, organisation, at)
    for event, share, typical_s in ((delivered, 0.985, 3), (read, 0.8, 90)):
        if chance.random() >= share:
            return
        at += timedelta(seconds=typical_s * chance.lognormvariate(0, 1))
        yield _event(event, organisation, at)


def _event(event: dict[str, Any], organisation: Organisation, at: datetime, **changes: object) -> TimedEvent:
    entry = msgspec.json.decode(event["whatsAppWebhookEntry"])
    entry["changes"][0]["value"]["statuses"][0] |= {"timestamp": str(int(at.timestamp())), **changes}
    text = msgspec.json.encode(entry).decode()
    changed = {**event, "whatsAppWebhookEntry": text, "message_timestamp": at.isoformat().replace("+00:00", "Z")}
    return TimedEvent(at, with_account_of(changed, organisation))
