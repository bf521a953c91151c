"""What could not become rows, from wherever it is kept.

    the embedded lake   rows of `rejected`
    a deployment        Firehose's error objects, below its error prefix; and Parquet files of the lake: bad parts of
                        records with good ones are rows of `events` there, of type `rejected` (docs/decisions/0007)

An error object is a JSON document for each record, one after the other:

    {"attemptsMade": 4, "arrivalTimestamp": 1772361000000, "errorCode": "Lambda.FunctionError", "errorMessage": "…",
     "attemptEndingTimestamp": 1772361005000, "rawData": "<base64: the record as it came>", "lambdaArn": "arn:aws:…"}
    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html

What failed on its way to Parquet has `dataCatalogTable` instead of `lambdaArn`; its rawData is what the transformer
made, lines of rows; those of `events` hold their events.
    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from infra.operating.objects import Object, UnreadableError, objects
from queries.engines.duckdb import DuckDbEngine
from transformer.envelopes import Context, Refused, account_of, events_of
from transformer.json_text import Json, JsonError, JsonObject, parse_documents, parse_json, to_json_text
from transformer.moments import NoTimeError, from_datetime, to_epoch_ms
from transformer.results import identify

_KEPT = {
    "rejected": ["stage", "reason", "source", "original", "received_at"],
    "events": ["type", "raw_event", "received_at"],
}
ROWS = "rows"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Original:
    """Bytes that could not become rows, and why. `stage` is the transformer's, the hub's `parse`, or Firehose's own.

    `firehose`: the transformer was not reached, or failed; `convert`: its row could not be written, but has its event;
    `rows`: the same, but all there is is a row of conversations.
    """

    stage: str
    reason: str
    source: str  # the template that failed; "" where none was chosen
    body: bytes
    received_at: datetime
    account_id: str = ""

    @property
    def event_id(self) -> str:
        """The same bytes twice have the same id."""
        return identify(self.body)

    @property
    def context(self) -> Context:
        """What is known of it besides its bytes, as envelopes tell it."""
        received_at = from_datetime(self.received_at)
        return {"account_id": self.account_id, "occurred_at": received_at, "received_at": received_at}


def of_lake(engine: DuckDbEngine, since: datetime = BEGINNING, account_id: str = "") -> list[Original]:
    """The embedded lake's, oldest first, each once."""
    found = engine.query(
        "SELECT max(stage), max_by(reason, received_at), max(source), max(original), min(received_at) FROM rejected "
        "WHERE received_at >= :since GROUP BY event_id ORDER BY min(received_at), event_id",
        {"since": from_datetime(since)},
    )
    return [
        Original(
            str(stage), str(reason), str(source), base64.b64decode(str(original)), _moment(received_at), account_id
        )
        for stage, reason, source, original, received_at in found.rows
    ]


def of_files(where: str, since: datetime = BEGINNING) -> list[Original]:
    """Those of a folder, a file or s3://bucket/prefix, oldest first, each once. Raises `UnreadableError`."""
    found = (original for each in objects(where, since) for original in _of_object(each))
    by_id = {original.event_id: original for original in found if original.received_at >= since}
    return sorted(by_id.values(), key=lambda original: (original.received_at, original.event_id))


def _of_object(each: Object) -> Iterator[Original]:
    if each.name.endswith(".parquet"):
        yield from _of_parquet(each)
        return
    try:
        for document in parse_documents(each.content):
            yield from _of_error(each.name, document)
    except JsonError as error:
        raise UnreadableError(f"{each.name} is not what Firehose writes: {error}") from error


def _of_error(name: str, document: Json) -> Iterator[Original]:
    """One of Firehose's error documents. The names of its code and message differ from page to page of the manual."""
    if not isinstance(document, dict) or not isinstance(raw := document.get("rawData"), str):
        raise UnreadableError(f"{name} is not what Firehose writes: a document without rawData")
    try:
        record = base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        raise UnreadableError(f"{name} is not what Firehose writes: rawData is not base64") from error
    code, message = (
        _first_text(document, f"error{end}", f"Error{end}", f"lastError{end}") for end in ("Code", "Message")
    )
    reason, received_at = f"{code}: {message}".strip(": "), _moment(document.get("arrivalTimestamp"))
    if "dataCatalogTable" in document:
        yield from _of_rows(record, reason, received_at)
    else:
        yield from _of_record(record, "firehose", reason, received_at, account_of(document.get("lambdaArn")))


def _of_record(record: bytes, stage: str, reason: str, received_at: datetime, account_id: str) -> Iterator[Original]:
    """What is bad in a record for reasons of its own, then the record where it has anything else."""
    whole = Original(stage, reason, "", record, received_at, account_id)
    events = events_of(record, whole.context)
    for event in events:
        if isinstance(event, Refused):
            yield Original(event.stage, event.reason, "", event.original, received_at, account_id)
    if not all(isinstance(event, Refused) for event in events):
        yield whole


def _of_rows(lines: bytes, reason: str, received_at: datetime) -> Iterator[Original]:
    """Rows that could not be written: those of `events` hold their events, the others are kept as they are."""
    for row in parse_documents(lines):
        event = row.get("raw_event") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(event, str):
            yield Original(ROWS, reason, "", to_json_text(row).encode(), received_at)
        elif row.get("type") == "rejected":
            yield from _of_record(event.encode(), "firehose", reason, received_at, "")
        else:
            told: JsonObject = {name: row.get(name) for name in ("account_id", "occurred_at", "received_at")}
            body: Json = {"parley": "part", "envelope": told, "event": parse_json(event)}
            yield Original("convert", reason, str(row.get("source", "")), to_json_text(body).encode(), received_at)


def _of_parquet(each: Object) -> Iterator[Original]:
    """Of a file of the lake: the rejected rows among its rows."""
    try:
        names = pq.read_schema(BytesIO(each.content)).names
        table = next((table for table, columns in _KEPT.items() if set(columns) <= set(names)), None)
        if table is None:  # of conversations
            return
        bad = [("type", "=", "rejected")] if table == "events" else None
        rows = pq.read_table(BytesIO(each.content), columns=_KEPT[table], filters=bad).to_pylist()
    except pa.ArrowInvalid as error:
        raise UnreadableError(f"{each.name} is no Parquet file: {error}") from error
    for row in rows:
        received_at = _moment(row["received_at"])
        if table == "rejected":
            body = base64.b64decode(row["original"])
            yield Original(row["stage"], row["reason"], row["source"], body, received_at)
        else:
            yield from _of_record(row["raw_event"].encode(), "firehose", "", received_at, "")


def _first_text(document: JsonObject, *names: str) -> str:
    return next((str(document[name]) for name in names if document.get(name) is not None), "")


def _moment(value: object) -> datetime:
    """The beginning of time where it does not say: such a record is older than any `since`."""
    try:
        return datetime.fromtimestamp(to_epoch_ms(value) / 1000, UTC)
    except NoTimeError:
        return BEGINNING
