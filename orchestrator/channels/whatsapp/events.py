"""The shapes of WhatsApp's webhooks, and how End User Messaging Social wraps them: read and validated here, once.

{"context": {"MetaPhoneNumberIds": [{"metaPhoneNumberId": "3210…", "arn": "arn:aws:social-messaging:…"}], …},
 "whatsAppWebhookEntry": "{\"id\": …, \"changes\": [{\"field\": \"messages\", \"value\": {…}}]}",
 "aws_account_id": "…", "message_timestamp": "2025-01-08T23:30:43.271279391Z", "messageId": "…"}

The string is an entry, at times the whole webhook ({"object": …, "entry": […]}). Fields that no channel reads are not
listed; each message is validated by itself, so that a malformed one does not cost its neighbours their answer.
Sources: https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destination-dlrs.html,
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from datetime import datetime
from typing import Any

import msgspec

from orchestrator.decoding import convert, decoded, iso_time

_WRAPPED = "whatsAppWebhookEntry"


class PhoneNumber(msgspec.Struct, frozen=True, rename={"meta_id": "metaPhoneNumberId"}):
    """One of our numbers: Meta's id of it and the AWS ARN."""

    meta_id: str
    arn: str


class _Context(msgspec.Struct, frozen=True, rename={"phone_numbers": "MetaPhoneNumberIds"}):
    phone_numbers: tuple[PhoneNumber, ...] = ()


class Metadata(msgspec.Struct, frozen=True):
    """Our side: the number people see, at times with blanks and signs, and Meta's id of it."""

    display_phone_number: str
    phone_number_id: str = ""


class Profile(msgspec.Struct, frozen=True):
    """What a person shows of themselves; the name is whatever they like."""

    name: str | None = None


class WebhookContact(msgspec.Struct, frozen=True):
    """Who wrote. `wa_id` is their number without `+`, or their user id, absent where they hide it.

    `user_id` is theirs with us alone.
    """

    wa_id: str | None = None
    user_id: str | None = None
    profile: Profile | None = None


class ProblemData(msgspec.Struct, frozen=True):
    details: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """An error as Meta tells of it in a webhook: `details` say most, `title` least."""

    code: int
    title: str | None = None
    message: str | None = None
    error_data: ProblemData | None = None

    @property
    def said(self) -> str:
        """In Meta's words; "" where it has none."""
        return (self.error_data and self.error_data.details) or self.message or self.title or ""


class Status(msgspec.Struct, frozen=True):
    """How far a message of ours has got. `recipient_id` is their number without `+`, or their user id."""

    id: str
    status: str
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    errors: tuple[Problem, ...] | None = None
    timestamp: Any = None  # epoch seconds; what is no time is as if absent
    biz_opaque_callback_data: str | None = None  # what the send was given


class Preference(msgspec.Struct, frozen=True):
    """What a person wants of a kind of message: `value` is stop or resume, `category` marketing_messages.

    Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
    """

    value: str
    category: str | None = None
    detail: str | None = None
    wa_id: str | None = None
    user_id: str | None = None


class Value(msgspec.Struct, frozen=True):
    """What a change tells.

    `messages`, `statuses` and `user_preferences` are validated one by one, as `whatsapp_messages.Message`, `Status` and
    `Preference`.
    """

    metadata: Metadata | None = None
    contacts: tuple[WebhookContact, ...] | None = None
    messages: tuple[Any, ...] | None = None
    statuses: tuple[Any, ...] | None = None
    errors: tuple[Problem, ...] | None = None
    user_preferences: tuple[Any, ...] | None = None


class Change(msgspec.Struct, frozen=True):
    """One notification; `path` says where in the event it stands."""

    field: str
    value: Any
    path: str = ""

    def read(self) -> Value:
        return convert(self.value, Value, f"{self.path}.value", strict=False)


class _Entry(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...]


class Webhook(msgspec.Struct, frozen=True):
    """An event out of its wrapping."""

    changes: tuple[Change, ...]
    phone_numbers: tuple[PhoneNumber, ...]
    occurred_at: datetime | None  # by AWS's clock; None where the wrapping has no usable time


def is_webhook(event: Any) -> bool:
    return isinstance(event, dict) and _WRAPPED in event


def read(event: Any) -> Webhook:
    """Raises `EventError` naming the field."""
    inner = event[_WRAPPED]
    inner = decoded(inner, _WRAPPED) if isinstance(inner, str) else inner
    entries = {_WRAPPED: inner}
    if isinstance(inner, dict) and isinstance(inner.get("entry"), list):
        entries = {f"{_WRAPPED}.entry[{index}]": entry for index, entry in enumerate(inner["entry"])}
    return Webhook(
        changes=tuple(change for path, entry in entries.items() for change in _changes(entry, path)),
        phone_numbers=convert(event.get("context") or {}, _Context, "context", strict=False).phone_numbers,
        occurred_at=iso_time(event.get("message_timestamp")),
    )


def _changes(entry: Any, path: str) -> list[Change]:
    changes = convert(entry, _Entry, path, strict=False).changes
    return [msgspec.structs.replace(change, path=f"{path}.changes[{index}]") for index, change in enumerate(changes)]
