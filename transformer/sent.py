"""Which step of a send a row is about: what the provider hands back of what was attached to the message."""

import re
from typing import NamedTuple

from transformer.json_text import Json, JsonObject

_ID = re.compile(r"[0-9a-f]{32}")
_REF = re.compile(r"([0-9a-f]{32})-([1-9][0-9]?)")


class SentStep(NamedTuple):
    """A send and the number of its step; "" and 0 where the row is about none."""

    send_id: str = ""
    step: int = 0


NONE = SentStep()


def step_of(event: JsonObject, piece: Json) -> SentStep:
    """By `context` of SMS, MMS and voice, by the tags of SES, by `biz_opaque_callback_data` of WhatsApp; of our own
    events by what they say."""
    if "parley" in event:
        return _named(event.get("send_id"), event.get("step"))
    if isinstance(piece, dict) and (ref := piece.get("biz_opaque_callback_data")):
        match = _REF.fullmatch(ref) if isinstance(ref, str) else None
        return SentStep(match[1], int(match[2])) if match else NONE
    context = event.get("context")
    if isinstance(context, dict) and "send_id" in context:
        return _named(context["send_id"], context.get("step"))
    mail = event.get("mail")
    tags = mail.get("tags") if isinstance(mail, dict) else None
    if isinstance(tags, dict) and "send_id" in tags:
        return _named(_first(tags["send_id"]), _first(tags.get("step")))
    return NONE


def _named(send_id: Json, step: Json) -> SentStep:
    if not (isinstance(send_id, str) and _ID.fullmatch(send_id)):
        return NONE
    number = str(step) if isinstance(step, str | int) else ""
    return SentStep(send_id, int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0)


def _first(values: Json) -> Json:
    return values[0] if isinstance(values, list) and values else values
