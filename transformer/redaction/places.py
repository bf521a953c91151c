"""Which kind of string stands where in an event: its field tells.

What no rule names is searched like a text, so that a new provider's field is redacted rather than shown.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from transformer.json_text import Json, JsonError, parse_json, to_json_text

# words    a person's, or of an answer: what Comprehend reads, and all patterns
# name     a person's
# address  a phone number, a mail address, a WhatsApp user: all of it
# id       of a message, a time, a hash: full of digits that are nobody's
# other    searched by all patterns
Place = Literal["words", "name", "address", "id", "other"]
Visit = Callable[[Place, str], str]

DEEPEST = 100  # layers; no provider nests as many
TOO_DEEP = "[NESTED]"

_WORDS = frozenset(["messagebody", "body", "text", "caption", "subject", "message", "question", "comment", "excerpt"])
_NAMES = frozenset(["profile_name", "formatted_name", "first_name", "last_name", "middle_name"])
_ADDRESS = re.compile(
    r"wa_id|recipient_id|.*user_id|from|to|.*(phone|phonenumber|phone_number|_address|recipients?|participant)"
    r"|(origination|destination)number|destination|source|emailaddress",
    re.IGNORECASE,
)
_ID = re.compile(r".*(_id|Id|ID|_ids|Ids|arn|Arn|[tT]imestamp|_at|[tT]ime|sha256|hash|version)|id|token|etag")


@lru_cache(4096)
def place_of(field: str, parent: str = "") -> Place:
    """The kind of string in a field; `parent` is the field that holds the object."""
    if field.lower() in _WORDS:
        return "words"
    if field in _NAMES or (field == "name" and parent == "profile"):
        return "name"
    if _ADDRESS.fullmatch(field):
        return "address"
    return "id" if _ID.fullmatch(field) else "other"


def visited(value: Json, visit: Visit, field: str = "", parent: str = "", depth: int = 0) -> Json:
    """The same structure with every string, and every field's name, as `visit` gives it back."""
    if depth > DEEPEST:
        return TOO_DEEP
    if isinstance(value, dict):
        return visited_fields(value, visit, field, depth)
    if isinstance(value, list):
        return [visited(each, visit, field, parent, depth + 1) for each in value]
    if isinstance(value, str):
        return _string(value, visit, place_of(field, parent), depth)
    if type(value) is int and place_of(field, parent) == "address":
        shown = visit("address", str(value))
        return value if shown == str(value) else shown
    return value


def visited_fields(value: dict[str, Json], visit: Visit, parent: str = "", depth: int = 0) -> dict[str, Json]:
    """The fields of an object as `visited` gives them; two that come to the same name are kept apart by a mark."""
    fields: dict[str, Json] = {}
    alike: Counter[str] = Counter()
    for field, each in value.items():
        shown = name = visit("other", field) if "@" in field or any(map(str.isdigit, field)) else field
        while name in fields:  # two addresses may have become one
            alike[shown] += 1
            name = f"{shown}'" if alike[shown] == 1 else f"{shown}'{alike[shown]}"
        fields[name] = visited(each, visit, field, parent, depth + 1)
    return fields


def _string(text: str, visit: Visit, place: Place, depth: int) -> str:
    """A string that is JSON itself is visited inside; a person's words are words, whatever they look like."""
    if place != "words" and text[:1] in ("{", "["):
        try:
            return to_json_text(visited(parse_json(text), visit, depth=depth + 1))
        except JsonError:
            return visit(place, text)
    return visit(place, text)
