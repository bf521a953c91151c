"""One Firehose batch: each record answered once, within the size of a response, and counted."""

import gc
import json
import logging
import time
from binascii import a2b_base64, b2a_base64
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypeAlias, TypedDict

from msgspec import Struct
from orjson import OPT_APPEND_NEWLINE, dumps

from transformer.envelopes import account_of
from transformer.pipeline import split, transform_at
from transformer.results import Rejected, Row, as_event
from transformer.schema import TableName, Values
from transformer.sources import Templates, shipped_templates

# Lambda's limit for a response is 6 MB: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
RESPONSE_LIMIT = 6 * 1024 * 1024 - 64 * 1024
_OVERHEAD = 140  # bytes of JSON around the data of one record: keys, quotes, a recordId of up to 70 characters
_MAX_RECORD = 1_000_000  # bytes; Firehose takes 1,024,000

_LOGGER = logging.getLogger(__name__)


class InputRecord(TypedDict):
    recordId: str
    approximateArrivalTimestamp: NotRequired[int]  # epoch milliseconds; Firehose always has it, a test event may not
    data: str  # base64


class Invocation(TypedDict):
    deliveryStreamArn: NotRequired[str]
    records: list[InputRecord]


class Answer(TypedDict):
    recordId: str
    result: Literal["Ok", "Dropped", "ProcessingFailed"]
    data: str


class Reply(TypedDict):
    records: list[Answer]


Results: TypeAlias = list[Row | Rejected]  # of one record
Made: TypeAlias = tuple[bytes, Results]  # a record and what it gave
Redact: TypeAlias = Callable[[Iterable[Made]], Iterable[Results]]
PutBack: TypeAlias = Callable[[str, Sequence[bytes]], None]  # (ARN of the stream, records); raises where it cannot

_RESULTS: dict[str, Literal["Ok", "Dropped", "ProcessingFailed"]] = {
    "ok": "Ok",
    "dropped": "Dropped",  # on purpose: the record was empty
    "put_back": "Dropped",
    "failed": "ProcessingFailed",  # Firehose keeps the record under its error prefix
}


def as_they_are(batch: Iterable[Made]) -> Iterable[Results]:
    """No redaction."""
    return (results for _, results in batch)


class _Outcome(Struct, frozen=True, gc=False):
    """What becomes of one record."""

    kind: str  # a key of _RESULTS
    data: str = ""  # base64
    rows: int = 0
    rejected: int = 0
    deliveries: Sequence[object] = ()  # the rows' delivery statuses

    @property
    def parts(self) -> int:
        return self.rows + self.rejected


class _Why(Struct):
    """A reason for which parts of a batch were rejected: the first of them, and how many there were."""

    record_id: str
    first: Rejected
    count: int = 0


class Batch:
    """Transforms one batch.

    `table` is the only one whose rows the stream takes; None takes all. What does not fit into `limit` bytes of
    response is put back, or failed where `put_back` is None. `templates` replace the shipped ones. `redact` is given
    each record with its results, and gives back a list of results for each. `tally` counts
    records = ok + dropped + failed + put_back, and the rows and rejected rows that the answered ones gave; `deliveries`
    counts rows by their delivery status.
    """

    def __init__(
        self,
        stream_arn: str,
        table: TableName | None = None,
        put_back: PutBack | None = None,
        limit: int = RESPONSE_LIMIT,
        templates: Templates | None = None,
        redact: Redact = as_they_are,
    ) -> None:
        self._stream_arn = stream_arn
        self._account_id = account_of(stream_arn)
        self._table = table
        self._put_back = put_back
        self._limit = limit
        self._templates = templates or shipped_templates()
        self._redact = redact
        self._whys: dict[tuple[str, str], _Why] = {}  # by stage and reason
        self.tally = dict.fromkeys(("records", *_RESULTS, "rows", "rejected"), 0)
        self.deliveries: Counter[str] = Counter()

    def answer(self, records: Sequence[InputRecord]) -> Reply:
        """One answer for each record, in order. Raises what `put_back` raises, and then nothing has been answered."""
        room = self._limit - _OVERHEAD * len(records)
        answers: list[Answer] = []
        returned: list[bytes] = []
        statuses: list[object] = []
        tally = self.tally
        with no_collection():
            for record, results in zip(records, self._results(records), strict=True):
                outcome = self._outcome(record, results)
                if len(outcome.data) > room:
                    pieces = self._pieces(record, fits_alone=len(outcome.data) <= self._limit - _OVERHEAD)
                    returned += pieces
                    outcome = _Outcome("put_back" if pieces else "failed", "", 0, 0 if pieces else outcome.parts)
                room -= len(outcome.data)
                answers.append({"recordId": record["recordId"], "result": _RESULTS[outcome.kind], "data": outcome.data})
                tally["records"] += 1
                tally[outcome.kind] += 1
                tally["rows"] += outcome.rows
                tally["rejected"] += outcome.rejected
                statuses += outcome.deliveries
        self.deliveries.update(map(str, statuses))
        self._log()
        if returned and self._put_back:
            self._put_back(self._stream_arn, returned)
        return {"records": answers}

    def _results(self, records: Sequence[InputRecord]) -> Iterable[Results]:
        """What each record becomes, redacted."""
        return self._redact(self._made(records))

    def _made(self, records: Sequence[InputRecord]) -> Iterator[Made]:
        for record in records:
            data = _bytes_of(record)
            yield data, transform_at(data, _arrival(record), self._account_id, self._templates)

    def _outcome(self, record: InputRecord, results: Results) -> _Outcome:
        kept: list[Values | Rejected] = []
        deliveries: list[object] = []
        for result in results:
            if type(result) is Row and (self._table is None or self._table == result.table):
                kept.append(result.values)
                deliveries.append(result.values.get("delivery_status", ""))
            else:
                bad = result if isinstance(result, Rejected) else _stray(result, self._table, record)
                self._note(record, bad)
                kept.append(bad)
        if not kept:
            return _Outcome("dropped")
        rows = len(deliveries)
        if not rows or (rows < len(kept) and self._table == "conversations"):
            return _Outcome("failed", record["data"], 0, len(kept))
        data = b2a_base64(b"".join(map(_line, kept)), newline=False).decode()
        return _Outcome("ok", data, rows, len(kept) - rows, deliveries)

    def _note(self, record: InputRecord, rejected: Rejected) -> None:
        why = self._whys.setdefault((rejected.stage, rejected.reason), _Why(record["recordId"], rejected))
        why.count += 1

    def _log(self) -> None:
        """One line for each reason: thousands of parts may have the same, and all are kept with it."""
        for (stage, reason), why in self._whys.items():
            about = {"stage": stage, "reason": reason, "count": why.count}
            first = {"recordId": why.record_id, "event_id": why.first.event_id}
            _LOGGER.warning(json.dumps({"message": "rejected", **about, "first": first}))
        self._whys.clear()

    def _pieces(self, record: InputRecord, *, fits_alone: bool) -> list[bytes]:
        """What goes back to the stream for a record that does not fit; empty where nothing can."""
        if not self._put_back:
            return []
        data = _bytes_of(record)
        if fits_alone:
            return [data]
        pieces = split(data, datetime.fromtimestamp(_arrival(record) / 1000, UTC), account_id=self._account_id)
        return pieces if len(pieces) > 1 and max(map(len, pieces)) <= _MAX_RECORD else []


def _bytes_of(record: InputRecord) -> bytes:
    """What was put onto the stream. Data that is no base64 does not cost its batch: it is taken as it is."""
    try:
        return a2b_base64(record["data"])
    except ValueError:
        return record["data"].encode("utf-8", "surrogatepass")


def _stray(row: Row, table: TableName | None, record: InputRecord) -> Rejected:
    """A row of a table that the stream does not feed."""
    received_at, tenant = row.values["received_at"], str(row.values["tenant"])
    reason = f"a row of {row.table} on the stream of {table}"
    arrived = received_at if isinstance(received_at, int) else 0
    return Rejected("route", reason, _bytes_of(record), arrived, tenant=tenant)


def _line(result: Values | Rejected) -> bytes:
    return dumps(as_event(result) if isinstance(result, Rejected) else result, None, OPT_APPEND_NEWLINE)


@contextmanager
def no_collection() -> Iterator[None]:
    """Without looking for garbage: a batch makes no cycles worth collecting, and it would take a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _arrival(record: InputRecord) -> int:
    """When a record reached the stream, in epoch milliseconds; now where Firehose does not say."""
    arrival = record.get("approximateArrivalTimestamp")
    return time.time_ns() // 1_000_000 if arrival is None else arrival
