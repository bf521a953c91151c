"""The lake of the AWS Engagement Database sample, object by object, as records that give our rows.

    s3://bucket/events/yyyy/MM/dd/HH/*           Parquet, 17 columns in lower case; the hour is the events'
    s3://bucket/conversations/yyyy/MM/dd/HH/*    JSON lines, as programs had put them on the stream
    s3://bucket/errors/, conversationErrors/     what Firehose could not deliver: for `parley rejected replay --from`

Source: the stacks and the data model of
https://github.com/aws-samples/Engagement-Database-And-Analytics-Sample-For-End-User-Messaging-And-SES
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from infra.operating.importing.records import OldEvent, OldMessage
from infra.operating.objects import Object, UnreadableError, objects
from infra.operating.replay.originals import BEGINNING
from queries.compatibility.tables import TABLES

Kind = Literal["events", "conversations", "errors"]
_FOLDERS: Mapping[str, Kind] = {
    "events": "events",
    "conversations": "conversations",
    "errors": "errors",
    "conversationErrors": "errors",
}
_COLUMNS = TABLES["engagementdb-events-table"].columns.keys()
_NEEDED = {"channel", "messageid", "rawevent", "timestamp"}  # by which such a file is known
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class OldObject:
    """One object. `rows` reads it, and raises `UnreadableError` where it is not what its place says."""

    name: str
    kind: Kind
    rows: Callable[[], Iterator[OldEvent | OldMessage]]


def old_lake(where: str) -> Iterator[OldObject]:
    """Every object below a folder or s3://bucket/prefix, in the order of names. Raises `UnreadableError`."""
    for each in objects(where, BEGINNING):
        kind = _kind(each)
        yield OldObject(each.name, kind, _reader(each, kind))


def _kind(each: Object) -> Kind:
    """By the innermost of the sample's folders; a file from elsewhere by its beginning."""
    for part in reversed(PurePosixPath(each.name).parts[:-1]):
        if kind := _FOLDERS.get(part):
            return kind
    return "events" if each.content.startswith(_PARQUET) else "conversations"


def _reader(each: Object, kind: Kind) -> Callable[[], Iterator[OldEvent | OldMessage]]:
    if kind == "errors":
        return lambda: iter(())
    return (lambda: _events(each)) if kind == "events" else (lambda: _messages(each))


def _events(each: Object) -> Iterator[OldEvent]:
    try:
        table = pq.read_table(BytesIO(each.content))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableError(f"{each.name} is no Parquet file: {error}") from error
    table = table.rename_columns([name.lower() for name in table.column_names])
    if missing := sorted(_NEEDED - set(table.column_names)):
        raise UnreadableError(f"{each.name} is not of the sample's events table: it has no {', '.join(missing)}")
    try:
        for batch in _of_theirs(table).to_batches(max_chunksize=1_000):
            for values in batch.to_pylist(maps_as_pydicts="lossy"):
                yield OldEvent(values, _hour(each.name))
    except (pa.ArrowException, ValueError, OverflowError, KeyError) as error:
        raise UnreadableError(f"{each.name} has a column that is not as the sample's: {error}") from error


def _of_theirs(table: pa.Table) -> pa.Table:
    """Its known columns. Raises `KeyError` where one is there twice, `ArrowException` where bytes are no text."""
    known = table.select([name for name in table.column_names if name in _COLUMNS])
    return known.cast(pa.schema([field.with_type(_as_json(field.type)) for field in known.schema]))


def _as_json(type_: pa.DataType) -> pa.DataType:
    """The type in place of one: text, where JSON has no form for it."""
    if pa.types.is_map(type_):
        return pa.map_(pa.string(), pa.string())
    if pa.types.is_list(type_):
        return pa.list_(pa.string())
    return pa.string() if pa.types.is_binary(type_) or pa.types.is_decimal(type_) else type_


def _messages(each: Object) -> Iterator[OldMessage]:
    """A line that is no JSON is a record of its own, to be rejected."""
    if each.content.startswith(_PARQUET):
        raise UnreadableError(f"{each.name} is a Parquet file, not JSON lines")
    for line in each.content.splitlines():
        if line.strip():
            yield OldMessage(line, _hour(each.name))


def _hour(name: str) -> datetime | None:
    """The hour that an object's folders say: …/yyyy/MM/dd/HH/<object>."""
    try:
        return datetime.strptime("/".join(PurePosixPath(name).parts[-5:-1]) + " +0000", "%Y/%m/%d/%H %z")
    except ValueError:
        return None
