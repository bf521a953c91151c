"""One Firehose batch: each record answered once, within the size of a response, and counted."""

import base64
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypeAlias, TypedDict

import orjson

from transformer.envelopes import account_of
from transformer.pipeline import split, transform
from transformer.results import Rejected, Row, as_event
from transformer.schema import TableName

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


PutBack: TypeAlias = Callable[[str, Sequence[bytes]], None]  # (ARN of the stream, records); raises where it cannot


@dataclass(frozen=True, slots=True)
class _Outcome:
    answer: Answer
    counts: dict[str, int]

    @property
    def size(self) -> int:
        return len(self.answer["data"])


class Batch:
    """Transforms one batch.

    `table` is the only one whose rows the stream takes; None takes all. What does not fit into `limit` bytes of
    response is put back, or failed where `put_back` is None. `tally` counts records = ok + dropped + failed + put_back,
    and what the records gave: results = rows + rejected.
    """

    def __init__(
        self,
        stream_arn: str,
        table: TableName | None = None,
        put_back: PutBack | None = None,
        limit: int = RESPONSE_LIMIT,
    ) -> None:
        self._stream_arn = stream_arn
        self._account_id = account_of(stream_arn)
        self._table = table
        self._put_back = put_back
        self._limit = limit
        self.tally: Counter[str] = Counter()

    def answer(self, records: Sequence[InputRecord]) -> Reply:
        """One answer for each record, in order. Raises what `put_back` raises, and then nothing has been answered."""
        room = self._limit - _OVERHEAD * len(records)
        answers: list[Answer] = []
        returned: list[bytes] = []
        for record in records:
            outcome = self._transformed(record)
            if outcome.size > room:
                pieces = self._pieces(record, fits_alone=outcome.size <= self._limit - _OVERHEAD)
                returned += pieces
                outcome = _put_back(record) if pieces else _failed(record, 1, data="")
            room -= outcome.size
            answers.append(outcome.answer)
            self.tally.update(outcome.counts, records=1)
        if returned and self._put_back:
            self._put_back(self._stream_arn, returned)
        return {"records": answers}

    def _transformed(self, record: InputRecord) -> _Outcome:
        results = self._results(record)
        rows = sum(isinstance(result, Row) for result in results)
        if not results:
            return _Outcome(_answer(record, "Dropped"), {"dropped": 1})
        if rows == len(results) or (rows and self._table != "conversations"):
            values = [result.values if isinstance(result, Row) else as_event(result) for result in results]
            lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in values)
            data = base64.b64encode(lines).decode()
            return _Outcome(_answer(record, "Ok", data), {"ok": 1, **_counts(len(results), rows)})
        return _failed(record, len(results), data=record["data"])

    def _results(self, record: InputRecord) -> list[Row | Rejected]:
        data = base64.b64decode(record["data"])
        results = transform(data, _arrival(record), account_id=self._account_id)
        results = [self._at_home(result, data) for result in results]
        for result in results:
            if isinstance(result, Rejected):
                detail = {"stage": result.stage, "reason": result.reason, "event_id": result.event_id}
                _LOGGER.warning(json.dumps({"message": "rejected", "recordId": record["recordId"], **detail}))
        return results

    def _at_home(self, result: Row | Rejected, original: bytes) -> Row | Rejected:
        """A row of a table that this stream does not feed is a rejected row."""
        if isinstance(result, Rejected) or self._table in (None, result.table):
            return result
        received_at = result.values["received_at"]
        reason = f"a row of {result.table} on the stream of {self._table}"
        return Rejected("route", reason, original, received_at if isinstance(received_at, int) else 0)

    def _pieces(self, record: InputRecord, *, fits_alone: bool) -> list[bytes]:
        """What goes back to the stream for a record that does not fit; empty where nothing can."""
        if not self._put_back:
            return []
        data = base64.b64decode(record["data"])
        if fits_alone:
            return [data]
        pieces = split(data, _arrival(record), account_id=self._account_id)
        return pieces if len(pieces) > 1 and max(map(len, pieces)) <= _MAX_RECORD else []


def _arrival(record: InputRecord) -> datetime:
    arrival = record.get("approximateArrivalTimestamp")
    return datetime.now(UTC) if arrival is None else datetime.fromtimestamp(arrival / 1000, UTC)


def _answer(record: InputRecord, result: Literal["Ok", "Dropped", "ProcessingFailed"], data: str = "") -> Answer:
    return {"recordId": record["recordId"], "result": result, "data": data}


def _failed(record: InputRecord, results: int, *, data: str) -> _Outcome:
    """Firehose keeps the record under its error prefix."""
    return _Outcome(_answer(record, "ProcessingFailed", data), {"failed": 1, **_counts(results, 0)})


def _put_back(record: InputRecord) -> _Outcome:
    return _Outcome(_answer(record, "Dropped"), {"put_back": 1})


def _counts(results: int, rows: int) -> dict[str, int]:
    return {"results": results, "rows": rows, "rejected": results - rows}
