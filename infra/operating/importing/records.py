"""Rows of the AWS sample's lake as records that the transformer makes our rows of.

An events row keeps the event it was made of. That event goes through the transformer again, because the row it gives
has what the sample's lacks (when the thing itself happened, direction, turn, one vocabulary of how far a message got)
and has the event_id that the event would have had, had it come to us in the first place. Where that gives no row of the
same message, for want of the event or because their templates were changed, the old row itself is taken.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from transformer.envelopes import Context, wrapped
from transformer.json_text import Json, JsonError, JsonObject, parse_documents, parse_json, to_json_bytes
from transformer.moments import NoTimeError, to_epoch_ms
from transformer.results import Rejected, Row

Transform = Callable[[bytes, datetime], Sequence[Row | Rejected]]


@dataclass(frozen=True, slots=True)
class Made:
    """One record, when it counts as arrived, and what the transformer makes of it."""

    record: bytes
    arrived_at: datetime
    results: Sequence[Row | Rejected]

    @property
    def event_ids(self) -> frozenset[str]:
        return frozenset(str(each.values["event_id"]) for each in self.results)

    @property
    def rejections(self) -> Sequence[Rejected]:
        return [each for each in self.results if isinstance(each, Rejected)]


@dataclass(frozen=True, slots=True)
class OldEvent:
    """A row of the events table by its columns, any of which may be None; `hour` is its object's, if that tells one."""

    values: JsonObject
    hour: datetime | None

    def made(self, transform: Transform, now: datetime) -> Iterator[Made]:
        """One record. It arrives when it happened: nobody has kept when it came."""
        arrived_at = _moment(self.values.get("timestamp")) or self.hour or now
        text = self.values.get("rawevent")
        try:
            yield self._made(_event(text), transform, arrived_at)
        except JsonError:  # nested too deeply to be written again
            yield self._made(text, transform, arrived_at)

    def _made(self, raw: Json, transform: Transform, arrived_at: datetime) -> Made:
        if isinstance(raw, dict):
            record = wrapped(raw, self._told())
            if self._is_of_same_message(results := transform(record, arrived_at)):
                happened_at = _moment(results[0].values["occurred_at"]) or arrived_at
                return Made(record, happened_at, results)
        record = to_json_bytes({"parley": "sample_event", "row": {**self.values, "rawevent": raw}})
        return Made(record, arrived_at, transform(record, arrived_at))

    def _told(self) -> Context:
        """What had stood around the event: of a WhatsApp message the sample keeps the webhook's entry alone."""
        told: Context = {"account_id": self.values.get("accountid"), "occurred_at": self.values.get("timestamp")}
        return {name: value for name, value in told.items() if value is not None}

    def _is_of_same_message(self, results: Sequence[Row | Rejected]) -> bool:
        match results:
            case [Row(table="events", values=values)]:
                return values["source"] != "unknown" and values["message_id"] == self.values.get("messageid")
        return False


@dataclass(frozen=True, slots=True)
class OldMessage:
    """A line of the conversations table, which may hold several messages in a row, or none."""

    line: bytes
    hour: datetime | None

    def made(self, transform: Transform, now: datetime) -> Iterator[Made]:
        """One for each message, and one for what is no JSON."""
        documents, rest = _documents(self.line)
        for document in documents:
            record = _written(_complete(document), otherwise=self.line)
            told = document.get("timestamp") if isinstance(document, dict) else None
            arrived_at = _moment(told) or self.hour or now
            yield Made(record, arrived_at, transform(record, arrived_at))
        if rest:
            arrived_at = self.hour or now
            yield Made(rest, arrived_at, transform(rest, arrived_at))


def _complete(document: Json) -> Json:
    """With the fields by which a message is known, so that one which lacks them is rejected for it."""
    found = document if isinstance(document, dict) else {"content": document}
    return {"message": None, "direction": None, "sendingAddress": None, **found}


def _written(document: Json, otherwise: bytes) -> bytes:
    """As JSON; what is nested too deeply to be written again as it was found."""
    try:
        return to_json_bytes(document)
    except JsonError:
        return otherwise


def _documents(line: bytes) -> tuple[list[Json], bytes]:
    try:
        return parse_documents(line), b""
    except JsonError as error:
        return error.before, error.rest


def _event(raw: Json) -> Json:
    """The event in the text, or the text where it holds none."""
    try:
        return parse_json(raw) if isinstance(raw, str) and raw else raw
    except JsonError:
        return raw


def _moment(value: object) -> datetime | None:
    """None where it tells no time, or the time it tells is none after 1970: then it is nobody's."""
    try:
        epoch_ms = to_epoch_ms(value)
    except NoTimeError:
        return None
    return datetime.fromtimestamp(epoch_ms / 1000, UTC) if epoch_ms else None
