"""What becomes of a WhatsApp message of ours: the statuses of a webhook.

{"statuses": [{"id": "wamid.…", "status": "delivered", "timestamp": "1772360403", "recipient_id": "14255550182",
               "biz_opaque_callback_data": "…", "errors": [{"code": 131047, "title": "Re-engagement message"}]}]}
`biz_opaque_callback_data` is what the send was given.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status;
checked with tests/golden/whatsapp_status_*.
"""

from collections.abc import Mapping, Sequence

from orchestrator.channels.whatsapp.errors import explained
from orchestrator.channels.whatsapp.events import epoch_time, is_webhook, read
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
    """Every status of a webhook, in its order; nothing elsewhere. Raises `EventError`."""
    if not is_webhook(delivered.event):
        return ()
    webhook = read(delivered.event)
    at = webhook.occurred_at or delivered.occurred_at
    return [
        Progress(
            ref=ref_in(status.biz_opaque_callback_data),
            status=_STATUSES.get(status.status, "unknown"),
            message_id=status.id,
            occurred_at=epoch_time(status.timestamp) or at,
            reason="; ".join(explained(each.code, each.title) for each in status.errors),
            final=status.status == "failed",
        )
        for change in webhook.changes
        if change.field == "messages"
        for status in change.read().statuses
    ]
