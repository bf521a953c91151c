"""What becomes of a text, a picture, an RCS or a voice message of ours, as its configuration set tells.

{"eventType": "TEXT_DELIVERED", "eventTimestamp": 1772360523470, "isFinal": true, "messageId": "…",
 "messageStatus": "DELIVERED", "messageStatusDescription": "Message has been accepted by phone", "context": {…}}
`eventType` is TEXT_, MEDIA_, VOICE_ or RCS_ and how far it got; `context` is what the send was given. EventBridge has
the same in `detail`. TEXT_SUCCESSFUL says that the carrier took it, not that it arrived.
Sources: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html,
https://docs.aws.amazon.com/sms-voice/latest/userguide/rcs-events.html; checked with tests/golden/sms_event_*.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from orchestrator.decoding import convert
from orchestrator.errors import EventError
from orchestrator.keys import ref_of_tags
from orchestrator.model import Delivered, DeliveryStatus, Progress

_KINDS = ("TEXT_", "MEDIA_", "VOICE_", "RCS_")
_STATUSES: Mapping[str, DeliveryStatus] = {
    "QUEUED": "queued",
    "PENDING": "queued",
    "INITIATED": "queued",
    "RINGING": "queued",
    "SENT": "sent",
    "SUCCESSFUL": "sent",
    "FALLEN_BACK_TO_SMS": "sent",
    "DELIVERED": "delivered",
    "ANSWERED": "delivered",
    "COMPLETED": "delivered",
    "READ": "read",
    "UNKNOWN": "unknown",
}  # every other one is a failure: BLOCKED, CARRIER_UNREACHABLE, TTL_EXPIRED, NO_ANSWER, …


class _Event(msgspec.Struct, rename="camel"):
    event_type: str
    event_timestamp: int  # milliseconds since 1970
    message_id: str
    message_status: str = ""
    message_status_description: str = ""
    is_final: bool = False
    context: Mapping[str, Any] | None = None


def progress_in(delivered: Delivered) -> Sequence[Progress]:
    """One where the event is of a configuration set; nothing elsewhere. Raises `EventError`."""
    event = delivered.event
    inner = event.get("detail", event) if isinstance(event, dict) else event
    if not (isinstance(inner, dict) and str(inner.get("eventType", "")).startswith(_KINDS)):
        return ()
    told = convert(inner, _Event)
    status = _STATUSES.get(told.event_type.partition("_")[2], "failed")
    return (
        Progress(
            ref=ref_of_tags(told.context or {}),
            status=status,
            message_id=told.message_id,
            occurred_at=_moment(told.event_timestamp),
            reason=f"{told.message_status}: {told.message_status_description}".strip(": "),
            final=told.is_final,
        ),
    )


def _moment(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise EventError("eventTimestamp", "is no time") from error
