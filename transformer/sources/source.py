"""What a source is, what a part of an event is, and what the sources of several providers are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from transformer.json_text import Json, JsonObject
from transformer.schema import Table


class ExpansionError(ValueError):
    """An event that should have parts has none that can be told apart. The message names the field."""


class EventPart(Struct, frozen=True, gc=False):
    """What one row is about.

    `event` is the event reduced to this part: alone it would expand to the same part again. `piece` is what the
    template sees as `part`, `raw` what the row keeps as raw_event.
    """

    template: str
    event: JsonObject
    piece: Json
    raw: Json


@dataclass(frozen=True)
class Source:
    """One kind of event.

    `identity` is what tells a part from every other of its template, so that the same thing has the same event_id in
    whatever envelope it comes.
    """

    name: str
    table: Table
    feed: str  # what puts these events on the stream
    recognises: Callable[[JsonObject], bool]
    expand: Callable[[JsonObject], Sequence[EventPart]]  # never empty; raises ExpansionError
    templates: tuple[str, ...]
    identity: Callable[[EventPart], Json] = lambda part: part.raw


def whole(template: str) -> Callable[[JsonObject], Sequence[EventPart]]:
    """The event is its only part."""
    return lambda event: (EventPart(template, event, event, event),)


def fields(*names: str) -> Callable[[EventPart], Json]:
    """Those fields of a part; all of it where the first is missing."""

    def identity(part: EventPart) -> Json:
        piece = part.piece
        return list(map(piece.get, names)) if isinstance(piece, dict) and piece.get(names[0]) else part.raw

    return identity
