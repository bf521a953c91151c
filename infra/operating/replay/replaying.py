"""Puts back what could not become rows, once what stood in its way is mended.

    original ─ cut ▶ pieces of one row each ─ transform as of today ▶ row | still rejected
             ─ is the row there already? ▶ put the piece back where its like goes

A piece is put back only if it becomes a row today, and that row is neither in the lake nor on its way there. So a
replay that is run twice gives the same lake, and Parquet files are never changed. What the hub could not parse is given
to the hub again, which answers it as if it had just come. docs/decisions/0012.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple, Protocol

from infra.operating.replay.originals import ROWS, Original
from orchestrator.errors import ParleyError
from transformer.envelopes import Refused, events_of, wrapped
from transformer.json_text import JsonError
from transformer.pipeline import split
from transformer.results import Rejected, Row
from transformer.schema import TableName

HUBS = "parse"  # the stage of what the hub has rejected; all others are the transformer's and Firehose's
_AT_ONCE = 5_000  # originals that are looked up together

Verdict = Literal["replay", "there", "rejected"]


class Target(Protocol):
    """Where originals are put back."""

    def transform(self, record: bytes, original: Original) -> Sequence[Row | Rejected]:
        """What the lake would make of a record today."""
        ...

    def hub_has(self, original: Original) -> bool | None:
        """Whether the hub has all of its messages; None where it finds none. Raises `ParleyError` if it rejects it."""
        ...

    def there(self, event_ids: Sequence[str]) -> set[str]:
        """Those that have a row, in the lake or on its way there."""
        ...

    def put(self, pieces: Sequence["Piece"]) -> None:
        """Put them where their like goes; none is fine, too."""
        ...

    def receive(self, original: Original) -> str:
        """Give it to the hub; what became of it, for people to read."""
        ...


class Piece(NamedTuple):
    """A record, as small as can be, and the rows it becomes: mostly one; a turn's answer comes with its messages."""

    record: bytes
    table: TableName
    event_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do with one original, and why.

    `replay`: some of it is missing in the lake, and would be a row today. `there`: all of it is in the lake.
    `rejected`: none of it would be a row today.
    """

    original: Original
    verdict: Verdict
    reason: str
    pieces: tuple[Piece, ...] = ()


@dataclass(slots=True)
class _Look:
    """What one original is today, before the lake is asked."""

    original: Original
    pieces: list[Piece] = field(default_factory=list)
    reason: str = ""  # why some of it, or all of it, is rejected today
    hub_has: bool | None = None  # of what the hub had rejected, and would take today


def plan(originals: Iterable[Original], target: Target) -> Iterator[Plan]:
    """What a replay would do, in the originals' order. A row that two originals would give is taken once."""
    taken: set[str] = set()
    rest = iter(originals)
    while chunk := list(islice(rest, _AT_ONCE)):
        looks = [_look(original, target) for original in chunk]
        there = target.there([event_id for look in looks for piece in look.pieces for event_id in piece.event_ids])
        for look in looks:
            yield _planned(look, there | taken)
            taken.update(*(piece.event_ids for piece in look.pieces))


def replay(originals: Iterable[Original], target: Target) -> Iterator[Plan]:
    """Do what `plan` says; the plans, with what the hub made of what it was given."""
    plans = plan(originals, target)
    while chunk := list(islice(plans, _AT_ONCE)):
        target.put([piece for each in chunk if each.verdict == "replay" for piece in each.pieces])
        for each in chunk:
            to_hub = each.verdict == "replay" and not each.pieces
            yield dataclasses.replace(each, reason=target.receive(each.original)) if to_hub else each


def _look(original: Original, target: Target) -> _Look:
    if original.stage == ROWS:
        return _Look(original, reason="a row, and no event to make it of: the hub's store has its turn")
    if original.stage == HUBS:
        try:
            has = target.hub_has(original)
        except ParleyError as error:
            return _Look(original, reason=str(error))
        if has is not None:
            return _Look(original, hub_has=has)
    return _look_at_rows(original, target)


def _look_at_rows(original: Original, target: Target) -> _Look:
    look = _Look(original)
    try:
        for event in events_of(original.body, original.context):
            if isinstance(event, Refused):
                look.reason = look.reason or event.reason
                continue
            record = wrapped(event.body, event.context)  # keeps what the envelopes told, and when it first came
            for piece in split(record, original.received_at):
                _look_at_piece(piece, look, target)
    except JsonError as error:  # nested too deeply to be written again
        look.reason = look.reason or str(error)
    if look.reason and any(piece.table == "conversations" for piece in look.pieces):
        look.pieces.clear()  # a turn's rows go together or not at all: docs/decisions/0007
    return look


def _look_at_piece(record: bytes, look: _Look, target: Target) -> None:
    results = target.transform(record, look.original)
    look.reason = look.reason or next((each.reason for each in results if isinstance(each, Rejected)), "")
    rows = [each for each in results if isinstance(each, Row)]
    if rows:
        look.pieces.append(Piece(record, rows[0].table, frozenset(str(row.values["event_id"]) for row in rows)))


def _planned(look: _Look, there: set[str]) -> Plan:
    original = look.original
    if look.hub_has is not None:
        return Plan(original, *(("there", "the hub has it") if look.hub_has else ("replay", "goes to the hub")))
    if not look.pieces:
        return Plan(original, "rejected", look.reason or "it is empty")
    missing = frozenset[str]().union(*(piece.event_ids for piece in look.pieces)) - there
    if not missing:
        return Plan(original, "there", "its rows are in the lake")
    reason = f"{len(missing)} missing" + (f"; of the rest: {look.reason}" if look.reason else "")
    return Plan(original, "replay", reason, tuple(_chosen(look.pieces, missing)))


def _chosen(pieces: Iterable[Piece], missing: frozenset[str]) -> Iterator[Piece]:
    """Pieces that together give every missing row, those that give most first, and none that gives nothing new."""
    for piece in sorted(pieces, key=lambda piece: -len(piece.event_ids)):
        if piece.event_ids & missing:
            missing -= piece.event_ids
            yield piece
