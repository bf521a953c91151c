"""Which rows of the lake are a person's, and the others without their address."""

from typing import Any, Literal

from infra.operating.erasure.person import Person
from orchestrator.keys import key_of

Row = dict[str, Any]  # as pyarrow gives it: a map is a list of pairs
Tie = Literal["address", "ids", ""]


def tie(person: Person, row: Row) -> Tie:
    """How a row is tied to the person: it has the address, or only ids do it; "" where it is not theirs."""
    if any(person.has(each) for each in _addresses(row)):
        return "address"
    original = _original(row)
    if original and person.named_in(original):
        return "address"
    if original and person.tied_to(original):
        return "ids"
    ids = person.ids
    conversation = row.get("conversation_id") or ""
    tied = row.get("turn_id") in ids.turns or row.get("message_id") in ids.messages or key_of(conversation) in ids.keys
    return "ids" if tied else ""


def learn(person: Person, row: Row) -> None:
    """Take the ids of a row of this person. A message to several people is not one's own: `destination` has them."""
    message = row.get("message_id") or ""
    alone = len(_recipients(row)) <= 1 and "destination" not in dict(row.get("channel_data") or ())
    person.learn(
        turn=row.get("turn_id") or "",
        conversation=row.get("conversation_id") or "",
        messages=[message] if alone else [],
    )
    if message and not alone and not person.has(row.get("sending_address")):
        person.learn_shared(message)


def forgotten(person: Person, row: Row) -> Row:
    """Somebody else's row without the person's address."""
    return {name: _without(person, value) for name, value in row.items()}


def _without(person: Person, value: Any) -> Any:
    if isinstance(value, str):
        return person.forgotten(value)
    if isinstance(value, list):
        return [_without(person, each) for each in value]
    return tuple(_without(person, each) for each in value) if isinstance(value, tuple) else value


def _addresses(row: Row) -> list[str]:
    return [row.get("sending_id") or "", row.get("sending_address") or "", *_recipients(row)]


def _recipients(row: Row) -> list[str]:
    recipients = row.get("destination_address") or []
    return [recipients] if isinstance(recipients, str) else recipients


def _original(row: Row) -> bytes:
    """What a rejected row keeps, in either of its homes (docs/decisions/0007); b"" of others."""
    kept = row.get("original") or (row.get("raw_event") if row.get("type") == "rejected" else "") or ""
    return str(kept).encode()
