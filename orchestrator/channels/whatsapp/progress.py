"""What becomes of a WhatsApp message of ours: the statuses of a webhook.

{"statuses": [{"id": "wamid.…", "status": "delivered", "timestamp": "1772360403", "recipient_id": "14255550182",
               "biz_opaque_callback_data": "…", "errors": [{"code": 131047, "title": "Re-engagement message"}]}]}
`biz_opaque_callback_data` is what the send was given.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status;
checked with tests/golden/whatsapp_status_*.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from orchestrator.channels.whatsapp.errors import explained
from orchestrator.channels.whatsapp.events import Status, Webhook, is_webhook, read
from orchestrator.decoding import convert, epoch_time
from orchestrator.errors import EventError
from orchestrator.keys import ref_in
from orchestrator.model import Delivered, DeliveryStatus, Progress

_STATUSES: Mapping[str, DeliveryStatus] = {
    "accepted": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
    "deleted": "deleted",
}


def progress_in(delivered: Delivered) -> Sequence[Progress]:
    """Every status of a webhook, in its order; nothing elsewhere.

    A malformed status does not cost its neighbours: the lake keeps it as rejected. Raises `EventError` where none is
    sound.
    """
    if not is_webhook(delivered.event):
        return ()
    webhook = read(delivered.event)
    at = webhook.occurred_at or delivered.occurred_at
    found, errors = [], []
    for raw, path in _statuses(webhook):
        try:
            found.append(_progress(convert(raw, Status, path, strict=False), at))
        except EventError as error:
            errors.append(error)
    if errors and not found:
        raise errors[0]
    return found


def _statuses(webhook: Webhook) -> Iterator[tuple[Any, str]]:
    """Each as it came, and where in the event it stands."""
    for change in webhook.changes:
        if change.field == "messages":
            for index, raw in enumerate(change.read().statuses or ()):
                yield raw, f"{change.path}.value.statuses[{index}]"


def _progress(status: Status, at: datetime) -> Progress:
    return Progress(
        ref=ref_in(status.biz_opaque_callback_data),
        status=_STATUSES.get(status.status, "unknown"),
        message_id=status.id,
        occurred_at=epoch_time(status.timestamp) or at,
        reason="; ".join(explained(each.code, each.said) for each in status.errors or ()),
        final=status.status == "failed",
    )
