"""What becomes of a mail of ours, as SES tells.

{"eventType": "Bounce", "mail": {"timestamp": "…Z", "messageId": "…", "tags": {"turn_id": ["…"]}},
 "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "…Z"}}
The object beside `mail` is named like the event. Identity notifications say `notificationType` instead,
EventBridge has the same in `detail`. A Transient/General bounce is often an out-of-office reply: such a mail may have
arrived.
Sources: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose-contents.html,
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html; checked with tests/golden/ses_*.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from orchestrator.decoding import convert, iso_time
from orchestrator.keys import ref_of_tags
from orchestrator.model import Delivered, DeliveryStatus, Progress

_PARTS: Mapping[str, str] = {"DeliveryDelay": "deliveryDelay", "Rendering Failure": "failure"}
_STATUSES: Mapping[str, DeliveryStatus] = {
    "Send": "sent",
    "DeliveryDelay": "delayed",
    "Delivery": "delivered",
    "Open": "read",
    "Click": "clicked",
    "Bounce": "failed",
    "Reject": "failed",
    "Rendering Failure": "failed",
    "Complaint": "complained",
    "Subscription": "unsubscribed",
}
_FINAL = frozenset({"Reject", "Rendering Failure"})  # after the others, others may come


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str
    timestamp: str = ""
    tags: Mapping[str, Any] | None = None


def progress_in(delivered: Delivered) -> Sequence[Progress]:
    """One where SES tells of a mail that we sent; nothing elsewhere. Raises `EventError`."""
    event = delivered.event
    inner = event.get("detail", event) if isinstance(event, dict) else event
    if not (isinstance(inner, dict) and "mail" in inner):
        return ()
    kind = str(inner.get("eventType") or inner.get("notificationType"))
    if kind not in _STATUSES:  # among them "Received": a mail that came to us
        return ()
    mail, part = convert(inner["mail"], _Mail, "mail"), _part(inner, kind)
    return (
        Progress(
            ref=ref_of_tags({name: _first(values) for name, values in (mail.tags or {}).items()}),
            status="unknown" if _may_have_arrived(part) else _STATUSES[kind],
            message_id=mail.message_id,
            occurred_at=_moment(part.get("timestamp"), mail.timestamp) or delivered.occurred_at,
            reason=_reason(part),
            final=kind in _FINAL,
        ),
    )


def _part(event: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    part = event.get(_PARTS.get(kind, kind.lower()))
    return part if isinstance(part, dict) else {}


def _may_have_arrived(bounce: Mapping[str, Any]) -> bool:
    kind, detail = bounce.get("bounceType"), bounce.get("bounceSubType")
    return kind == "Undetermined" or (kind == "Transient" and detail == "General")


def _reason(part: Mapping[str, Any]) -> str:
    named = ("bounceType", "bounceSubType", "complaintFeedbackType", "delayType", "reason", "errorMessage")
    return ", ".join(str(part[name]) for name in named if part.get(name))


def _moment(*texts: Any) -> datetime | None:
    return next((moment for text in texts if (moment := iso_time(text))), None)


def _first(values: Any) -> object:
    return values[0] if isinstance(values, list) and values else values
