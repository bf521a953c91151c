"""WhatsApp through End User Messaging Social: a webhook holds many changes, a change many statuses or messages.

    {"context": {…}, "aws_account_id": "…", "message_timestamp": "…Z", "whatsAppWebhookEntry": "{\\"changes\\": […]}"}

https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destination-dlrs.html
The entry may also come decoded, as the whole webhook object, or bare; of a change, the value alone. The work is linear
in the event's size: no part carries its siblings.
"""

from collections.abc import Iterator

from transformer.json_text import Json, JsonError, JsonObject, parse_json
from transformer.sources.source import EventPart, ExpansionError

# What a change has several of, and the template of each.
_TEMPLATES = {
    "statuses": "whatsapp_status",
    "messages": "whatsapp_message",
    "user_preferences": "whatsapp_preference",
}


def is_webhook(event: JsonObject) -> bool:
    """Meta's webhook, whatever stands around it."""
    return (
        "whatsAppWebhookEntry" in event
        or event.get("object") == "whatsapp_business_account"
        or (isinstance(event.get("changes"), list) and "id" in event)
        or (event.get("messaging_product") == "whatsapp" and not event.keys().isdisjoint(_TEMPLATES))
    )


def is_summary(event: JsonObject) -> bool:
    """{"wabaId": "…", "messageId": "…", "status": "delivered", …}: what EventBridge tells of a message."""
    return "wabaId" in event and not is_webhook(event)


def expand(event: JsonObject) -> list[EventPart]:
    """One part for each status, message and preference of each change, one for a change that has none."""
    header, webhook = _webhook(event)
    entries = webhook.get("entry", [webhook])
    if not isinstance(entries, list) or not entries:
        raise ExpansionError("entry is missing")
    return [
        EventPart(template, {**header, "whatsAppWebhookEntry": alone}, piece, alone)
        for entry in entries
        for template, alone, piece in _pieces_of_entry(entry)
    ]


def _webhook(event: JsonObject) -> tuple[JsonObject, JsonObject]:
    """What End User Messaging says about a webhook, and the webhook."""
    if "messaging_product" in event:
        return {}, {"changes": [{"value": event, "field": event.get("field", "messages")}]}
    if "whatsAppWebhookEntry" not in event:
        return {}, event
    webhook = event["whatsAppWebhookEntry"]
    try:
        decoded = parse_json(webhook) if isinstance(webhook, str) else webhook
    except JsonError as error:
        raise ExpansionError(f"whatsAppWebhookEntry is no JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise ExpansionError("whatsAppWebhookEntry is no object")
    return event, decoded


def _pieces_of_entry(entry: Json) -> Iterator[tuple[str, Json, Json]]:
    """Template, the entry reduced to one change with one piece, and the piece."""
    found = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(found, list) or not found:
        yield "whatsapp_notice", entry, {}
        return
    for change in found:
        for template, reduced, piece in _pieces_of_change(change):
            yield template, {**entry, "changes": [reduced]}, piece


def _pieces_of_change(change: Json) -> Iterator[tuple[str, Json, Json]]:
    """Template, the change reduced to one piece, and the piece: one of its lists', or the change itself."""
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(change, dict) or not isinstance(value, dict) or not (lists := _lists(value)):
        yield "whatsapp_notice", change, change
        return
    if len(lists) == len(lists[0][1]) == 1:  # the most frequent case needs no reducing
        yield _TEMPLATES[lists[0][0]], change, lists[0][1][0]
        return
    rest = {name: content for name, content in value.items() if name not in (*_TEMPLATES, "contacts")}
    contacts = _contacts_by_id(value.get("contacts"))
    for name, pieces in lists:
        for piece in pieces:
            whose = contacts.get(_person(piece))
            alone: JsonObject = {**rest, **({"contacts": [whose]} if whose else {}), name: [piece]}
            yield _TEMPLATES[name], {**change, "value": alone}, piece


def _lists(value: JsonObject) -> list[tuple[str, list[Json]]]:
    return [(name, pieces) for name in _TEMPLATES if isinstance(pieces := value.get(name), list) and pieces]


def _contacts_by_id(contacts: Json) -> dict[str, Json]:
    """The people of a change by the ids that messages and statuses name them by."""
    people = [contact for contact in contacts if isinstance(contact, dict)] if isinstance(contacts, list) else []
    return {
        key: person for person in people for name in ("wa_id", "user_id") if isinstance(key := person.get(name), str)
    }


def _person(piece: Json) -> str:
    """Whom a message is from, a status about, a preference of; "" where it does not say."""
    names = ("from", "recipient_id", "wa_id", "from_user_id", "recipient_user_id", "user_id")
    return next((who for name in names if isinstance(piece, dict) and isinstance(who := piece.get(name), str)), "")
