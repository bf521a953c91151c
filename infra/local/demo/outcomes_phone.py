"""What becomes of texts, pictures and calls, as the configuration sets of End User Messaging report it.

Prices are made up, of the size that AWS asks. Codes and words as documented:
https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal, NamedTuple

from infra.local.demo.outcomes import TimedEvent, milliseconds, number_of, one_of
from infra.local.demo.people import Organisation
from infra.local.providers import outbox


class _Country(NamedTuple):
    price: float  # of a part, US dollars
    fee: float  # of a part, for the carrier
    mobile_code: str
    carriers: tuple[str, ...]


_COUNTRIES = {
    "US": _Country(0.00581, 0.00302, "310", ("Atlas Wireless", "Blue Mobile", "Coastline")),
    "CA": _Country(0.00581, 0.0085, "302", ("Maple Telecom", "Northern")),
    "PR": _Country(0.00581, 0.00302, "330", ("Isla Movil",)),
    "DO": _Country(0.0446, 0.0, "370", ("Caribe Tel", "Quisqueya Movil")),
    "GB": _Country(0.0385, 0.0, "234", ("Albion", "Thames Mobile")),
}
_PICTURE = 2.2  # times the price of a text
_TEXT_ENDS = {
    ("DELIVERED", "Message has been accepted by phone"): 0.90,
    ("SUCCESSFUL", "Message has been accepted by the carrier"): 0.03,
    ("UNREACHABLE", "Phone is currently unreachable/unavailable"): 0.02,
    ("CARRIER_UNREACHABLE", "Phone carrier is currently unreachable/unavailable"): 0.008,
    ("CARRIER_BLOCKED", "Phone carrier has blocked this message"): 0.012,
    ("SPAM", "Phone carrier considers the message spam"): 0.005,
    ("INVALID", "Phone number is invalid or opted out"): 0.005,
    ("TTL_EXPIRED", "Message expired before it was delivered"): 0.005,
    ("UNKNOWN", "Message status is unknown"): 0.015,
}
_CALL_ENDS = {"COMPLETED": 0.7, "NO_ANSWER": 0.18, "BUSY": 0.08, "FAILED": 0.04}


def text_outcome(
    chance: Random,
    request: Mapping[str, Any],
    message_id: str,
    country: str,
    at: datetime,
    kind: Literal["TEXT", "MEDIA"] = "TEXT",
) -> Iterator[TimedEvent]:
    """The delivery events of one SendTextMessage or SendMediaMessage, in order of time."""
    there = _COUNTRIES[country]
    event, _ = outbox.text_events(dict(request), message_id, at)
    parts = event["totalMessageParts"]
    event |= {
        "isoCountryCode": country,
        "mcc": there.mobile_code,
        "mnc": "010",
        "carrierName": there.carriers[number_of(request["DestinationPhoneNumber"]) % len(there.carriers)],
        "totalMessagePrice": round(there.price * parts * (_PICTURE if kind == "MEDIA" else 1), 5),
        "totalCarrierFee": round(there.fee * parts, 5),
    }
    if kind == "TEXT":
        yield _event(event, "TEXT_SENT", "Message has been sent to the carrier", at)
    status, description = one_of(chance, _TEXT_ENDS)
    at += timedelta(seconds=chance.lognormvariate(1.2, 1) if status == "DELIVERED" else chance.uniform(30, 90_000))
    yield _event(event, f"{kind}_{status}", description, at, final=True)


def call_outcome(
    chance: Random, organisation: Organisation, number: str, message_id: str, at: datetime
) -> Iterator[TimedEvent]:
    """The delivery events of one SendVoiceMessage, in the organisation's delivery-call campaign."""
    end = one_of(chance, _CALL_ENDS)
    seconds = chance.randint(8, 70) if end == "COMPLETED" else 0
    event = {
        "eventVersion": "1.0",
        "originationPhoneNumber": organisation.number,
        "destinationPhoneNumber": number,
        "messageId": message_id,
        "messageRequestTimestamp": milliseconds(at),
        "context": {"organizationId": organisation.name, "campaign": "delivery-call"},
        "totalMessagePrice": round(0.013 * -(-seconds // 60), 5),  # by the minute
    }
    yield _event(event, "VOICE_INITIATED", "Call has been initiated", at)
    yield _event(event, "VOICE_RINGING", "Call is ringing", at + timedelta(seconds=3))
    if seconds:
        yield _event(event, "VOICE_ANSWERED", "Call has been answered", at + timedelta(seconds=8))
        event |= {"callDurationInSeconds": seconds, "totalDurationInMinutes": -(-seconds // 60)}
    yield _event(event, f"VOICE_{end}", f"Call has ended: {end}", at + timedelta(seconds=20 + seconds), final=True)


def _event(
    event: Mapping[str, Any], event_type: str, description: str, at: datetime, *, final: bool = False
) -> TimedEvent:
    details = {"eventType": event_type, "eventTimestamp": milliseconds(at), "isFinal": final}
    status = event_type.partition("_")[2]
    return TimedEvent(at, {**event, **details, "messageStatus": status, "messageStatusDescription": description})
