"""WhatsApp for a machine without AWS, as End User Messaging Social delivers it: what people write, what became of ours.

Shapes: https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destination-dlrs.html,
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status/
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from infra.local.providers.fates import Fate, Outcome

ACCOUNT = "000000000000"
# Seconds after the send, as a person with the chat open would cause them.
PROGRESS = {"accepted": 0, "sent": 0, "delivered": 1, "read": 2}
_ID = "phone-number-id-"


def phone_number_id(our_address: str) -> str:
    """The id that our number has on this machine. It is made of the number, so that a send tells where it came from."""
    return _ID + our_address.removeprefix("+").rjust(32, "0")


def message_event(text: str, message_id: str, our_address: str, their_address: str, at: datetime) -> dict[str, Any]:
    """What a person wrote. An address without `+` is a business-scoped user id."""
    has_phone = their_address.startswith("+")
    theirs = their_address.removeprefix("+")
    message = {
        "from" if has_phone else "from_user_id": theirs,
        "id": message_id,
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": text},
    }
    contact = {"profile": {"name": theirs}, "wa_id" if has_phone else "user_id": theirs}
    return _event(our_address, {"contacts": [contact], "messages": [message]}, at)


def delivery_events(request: Mapping[str, Any], message_id: str, at: datetime) -> Sequence[dict[str, Any]]:
    """Accepted, sent, delivered, read: one event each; none for a request that sends nothing (a read receipt)."""
    message = msgspec.json.decode(request["message"])
    if "type" not in message:
        return ()
    our_address = "+" + request["originationPhoneNumberId"].removeprefix(_ID).lstrip("0")
    return [
        _event(our_address, {"statuses": [_status(message, message_id, progress, at)]}, at + timedelta(seconds=later_s))
        for progress, later_s in PROGRESS.items()
    ]


_TOLD: Mapping[Outcome, str] = {
    "accepted": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "complained": "delivered",
}


def told(request: Mapping[str, Any], message_id: str, at: datetime, fate: Fate) -> list[tuple[float, dict[str, Any]]]:
    """What is told of a message of this fate, and after how many seconds: an SNS notification each."""
    if fate.outcome == "silent":
        return []
    message = msgspec.json.decode(request["message"])
    our_address = "+" + request["originationPhoneNumberId"].removeprefix(_ID).lstrip("0")
    then = at + timedelta(seconds=fate.after_s)
    progress = _TOLD.get(fate.outcome, "failed")
    status = {**_status(message, message_id, progress, at), "timestamp": str(int(then.timestamp()))}
    if progress == "failed":
        status["errors"] = [{"code": int(fate.code or "131026"), "title": "The simulated message cannot be delivered"}]
    return [(fate.after_s, _event(our_address, {"statuses": [status]}, then))]


def _status(message: Mapping[str, Any], message_id: str, progress: str, at: datetime) -> dict[str, Any]:
    recipient = (
        {"recipient_id": message["to"].removeprefix("+")}
        if "to" in message
        else {"recipient_user_id": message["recipient"]}
    )
    return {
        "id": message_id,
        "status": progress,
        "timestamp": str(int(at.timestamp()) + PROGRESS[progress]),
        **recipient,
        "biz_opaque_callback_data": message.get("biz_opaque_callback_data", ""),
        "pricing": {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        },
    }


def _event(our_address: str, value: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    meta_id = our_address.removeprefix("+")
    change = {
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": meta_id, "phone_number_id": meta_id},
            **value,
        },
    }
    entry = msgspec.json.encode({"id": "local", "changes": [change]})
    arn = f"arn:aws:social-messaging:us-east-1:{ACCOUNT}:phone-number-id/{phone_number_id(our_address)[len(_ID) :]}"
    return {
        "context": {
            "MetaWabaIds": [{"wabaId": "local", "arn": f"arn:aws:social-messaging:us-east-1:{ACCOUNT}:waba/local"}],
            "MetaPhoneNumberIds": [{"metaPhoneNumberId": meta_id, "arn": arn}],
        },
        "whatsAppWebhookEntry": entry.decode(),
        "aws_account_id": ACCOUNT,
        "message_timestamp": at.isoformat().replace("+00:00", "Z"),
        "messageId": hashlib.sha256(entry).hexdigest()[:32],
    }
