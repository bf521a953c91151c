"""A lake of the AWS Engagement Database sample is brought over: counted, once, with what is bad kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from infra.local.deployment import alone
from infra.operating.importing import engagement_db
from infra.operating.importing.old_lake import OldObject, old_lake
from queries.compatibility.tables import TABLES
from tests.lake_rows import files
from tests.queries.cases import arrivals, stored
from tests.stories.test_ingest import run
from transformer.moments import to_epoch_ms
from transformer.schema import Values

COLUMNS = TABLES["engagementdb-events-table"].columns
MAP = pa.map_(pa.string(), pa.string())
TYPES = {"destinationaddress": pa.list_(pa.string()), "timestamp": pa.int64(), "tags": MAP, "channeldata": MAP}
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in COLUMNS])
HOUR = "2026/07/01/11"
MESSAGE = {
    "accountId": "111122223333",
    "messageId": "c-1",
    "sendingAddress": "+14255550101",
    "destinationAddress": "+12065550100",
    "channel": "text",
    "direction": "inbound",
    "sessionId": "session-1",
    "timestamp": 1782903600000,
    "tags": {"environment": "dev"},
    "message": "Where is my order?",
}
Old = Mapping[str, Any]


def as_theirs(values: Values) -> Old:
    """A row of ours as the sample keeps it: its columns alone; every event of a mail at the time of the mail."""
    mail = json.loads(str(values["raw_event"])).get("mail", {})
    sent = {"timestamp": to_epoch_ms(mail["timestamp"])} if mail else {}
    return {theirs: values[ours] for theirs, ours in COLUMNS.items()} | sent


def events_of_sample() -> list[Values]:
    """What the sample would have of the small lake: not the text that a person sent."""
    return [each.values for each in stored(arrivals("compat")) if each.values["source"] != "sms_inbound"]


def parquet(rows: Sequence[Old]) -> bytes:
    """An object as Firehose converts it."""
    columns = [[row.get(name) for row in rows] for name in SCHEMA.names]
    pairs = [[list(cell.items()) if isinstance(cell, dict) else cell for cell in column] for column in columns]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(pairs, schema=SCHEMA), sink)
    return bytes(sink.getvalue())


def deep(levels: int) -> str:
    """JSON that can be read, and not be written again."""
    return '{"a":' * levels + "1" + "}" * levels


def put(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def put_events(folder: Path, rows: Sequence[Old], hour: str = HOUR, name: str = "stream-1") -> None:
    put(folder, f"events/{hour}/{name}", parquet(rows))


def put_messages(folder: Path, *lines: bytes) -> None:
    put(folder, f"conversations/{HOUR}/stream-1", b"\n".join(lines) + b"\n")


def imported(data: Path, where: object, exit_code: int = 0) -> dict[str, Any]:
    result = run(data, "import", "engagement-db", str(where), "--format", "json")
    assert result.exit_code == exit_code, result.output
    return dict(json.loads(result.stdout))


def lake(data: Path, table: str) -> list[dict[str, Any]]:
    """Every row of a table's files, in order of its id, and the hour that it lies in."""
    found = [
        row | {"hour": "/".join(path.parts[-5:-1])}
        for path in files(data / "lake", table)  # type: ignore[arg-type]  # a table's name
        for row in pq.read_table(path).to_pylist(maps_as_pydicts="strict")
    ]
    return sorted(found, key=lambda row: str(row["event_id"]))


def counts(tally: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return tally["read"], tally["written"], tally["already_there"], tally["rejected"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old"


def test_an_events_row_becomes_the_row_that_its_event_would_have_given(data: Path, old: Path) -> None:
    """Of every channel; with direction, turn, progress and event_id, which the old lake has not."""
    expected = sorted(events_of_sample(), key=lambda values: str(values["event_id"]))
    put_events(old, [as_theirs(values) for values in expected])
    assert counts(imported(data, old)) == (27, 27, 0, 0)
    without = {"received_at", "hour"}
    for found, wanted in zip(lake(data, "events"), expected, strict=True):
        assert {name: found[name] for name in found.keys() - without} == {
            name: wanted[name] for name in wanted.keys() - without
        }


def test_a_row_lies_in_the_hour_in_which_its_event_happened(data: Path, old: Path) -> None:
    """The sample puts an open into the hour in which the mail was sent."""
    put_events(old, [as_theirs(values) for values in events_of_sample()], hour="2026/07/01/12")
    imported(data, old)
    opens = [row["hour"] for row in lake(data, "events") if row["status"] == "Open"]
    assert sorted(opens) == ["2026/07/01/12", "2026/07/01/13"]


def test_the_samples_statements_can_be_asked_of_what_was_imported(data: Path, old: Path) -> None:
    put_events(old, [as_theirs(values) for values in events_of_sample()])
    imported(data, old)
    sql = 'SELECT channel, count(*) AS n FROM "engagementdb-events-table" GROUP BY channel ORDER BY n DESC'
    answer = json.loads(run(data, "query", sql, "--format", "json").stdout)
    assert [(row["channel"], row["n"]) for row in answer] == [
        ("email", 10),
        ("whatsapp", 8),
        ("text", 4),
        ("voice", 3),
        ("media", 2),
    ]


def test_the_same_import_twice_adds_nothing(data: Path, old: Path) -> None:
    put_events(old, [*(as_theirs(values) for values in events_of_sample()), {"channel": "text", "messageid": ""}])
    put_messages(old, json.dumps(MESSAGE).encode(), b"{no JSON")
    first = imported(data, old)
    before = [lake(data, table) for table in ("events", "conversations", "rejected")]
    second = imported(data, old)
    assert counts(first) == (30, 28, 0, 2)
    assert counts(second) == (30, 0, 30, 0)
    assert [lake(data, table) for table in ("events", "conversations", "rejected")] == before


def test_two_imports_at_once_would_write_a_row_twice_so_the_second_is_refused(data: Path, old: Path) -> None:
    put_messages(old, json.dumps(MESSAGE).encode())
    with alone(data, "import"):
        refused = run(data, "import", "engagement-db", str(old))
    assert (refused.exit_code, "another import runs on" in refused.output) == (1, True)
    assert counts(imported(data, old)) == (1, 1, 0, 0)


def test_what_the_lake_has_from_elsewhere_is_not_added_again(data: Path, old: Path, tmp_path: Path) -> None:
    """Fed once by the provider and once by the old lake, an event is one row."""
    arrived = next(each for each in arrivals("compat") if each.event.get("eventType") == "TEXT_DELIVERED")
    put(tmp_path, "event.json", json.dumps(arrived.event).encode())
    run(data, "ingest", str(tmp_path / "event.json"))
    put_events(old, [as_theirs(values) for values in events_of_sample()])
    assert counts(imported(data, old)) == (27, 26, 1, 0)
    assert len(lake(data, "events")) == 27


def test_an_import_that_was_stopped_is_finished_by_the_next(
    data: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder goes away with ten rows written and five more read."""
    for number, values in enumerate(events_of_sample()):
        put_events(old, [as_theirs(values)], name=f"stream-{number:02}")

    def fifteen(where: str) -> Iterator[OldObject]:
        yield from islice(old_lake(where), 15)
        raise OSError("the folder went away")

    with monkeypatch.context() as patched:
        patched.setattr(engagement_db, "_AT_ONCE", 10)
        patched.setattr(engagement_db, "old_lake", fifteen)
        stopped = run(data, "import", "engagement-db", str(old))
    assert stopped.exit_code == 1
    assert "the folder went away; what was written until then stays" in stopped.output
    assert len(lake(data, "events")) == 10
    assert counts(imported(data, old)) == (27, 17, 10, 0)
    assert len({row["event_id"] for row in lake(data, "events")}) == len(lake(data, "events")) == 27


def test_what_is_written_is_redacted_where_the_settings_say_so(
    data: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_REDACTION", "patterns")
    put_messages(old, json.dumps({**MESSAGE, "message": "Write to ana@example.com"}).encode())
    assert counts(imported(data, old)) == (1, 1, 0, 0)
    assert "ana@example.com" not in str(lake(data, "conversations"))
    assert counts(imported(data, old)) == (1, 0, 1, 0)


def test_an_event_that_the_old_lake_has_twice_is_written_once(data: Path, old: Path) -> None:
    [row, *_] = (as_theirs(values) for values in events_of_sample())
    put_events(old, [row, row], name="a")
    put_events(old, [row], name="b")
    assert counts(imported(data, old)) == (3, 1, 2, 0)


@pytest.mark.parametrize("raw", [None, "", "{cut off", '{"shape": "of their own"}', '"a text"', "[1]", deep(1020)])
def test_without_an_event_that_we_know_the_old_row_itself_is_taken(data: Path, old: Path, raw: str | None) -> None:
    row: Old = {
        "accountid": "111122223333",
        "sendingaddress": "+12065550100",
        "destinationaddress": ["+14255550101"],
        "channel": "text",
        "status": "TEXT_DELIVERED",
        "timestamp": 1782903600000,
        "messageid": "s9",
        "tags": {"campaign": "june"},
        "rawevent": raw,
    }
    put_events(old, [row])
    assert counts(imported(data, old)) == (1, 1, 0, 0)
    (found,) = lake(data, "events")
    assert (found["source"], found["message_id"], found["status"]) == ("sample_event", "s9", "TEXT_DELIVERED")
    assert (found["destination_address"], found["tags"]) == (["+14255550101"], {"campaign": "june"})
    assert (found["delivery_status"], found["hour"]) == ("delivered", HOUR)


def test_an_event_of_another_message_is_not_taken_for_the_rows_own(data: Path, old: Path) -> None:
    [row, *_] = (as_theirs(values) for values in events_of_sample())
    put_events(old, [{**row, "messageid": "another"}])
    imported(data, old)
    assert [(each["message_id"], each["source"]) for each in lake(data, "events")] == [("another", "sample_event")]


@pytest.mark.parametrize(
    ("missing", "reason"), [("messageid", "message_id"), ("timestamp", "occurred_at"), ("channel", "channel")]
)
def test_a_row_that_cannot_be_one_of_ours_is_kept_with_its_reason(
    data: Path, old: Path, missing: str, reason: str
) -> None:
    row: Old = {"channel": "text", "timestamp": 1782903600000, "messageid": "s9", "rawevent": "{}"}
    put_events(old, [{name: value for name, value in row.items() if name != missing}])
    tally = imported(data, old)
    assert counts(tally) == (1, 0, 0, 1)
    ((told, number),) = tally["reasons"].items()
    assert (reason in told, number) == (True, 1)
    listed = json.loads(run(data, "rejected", "list", "--format", "json").stdout)
    assert [each["reason"] for each in listed] == [told]


def test_what_was_said_becomes_conversations(data: Path, old: Path) -> None:
    answer = {**MESSAGE, "direction": "outbound", "message": "On its way.", "source": "bedrockkb", "messageId": "c-2"}
    put_messages(old, json.dumps(MESSAGE).encode(), json.dumps(answer).encode())
    assert counts(imported(data, old)) == (2, 2, 0, 0)
    told = [(each["direction"], each["message"], each["source"], each["hour"]) for each in lake(data, "conversations")]
    assert sorted(told) == [
        ("inbound", "Where is my order?", "", "2026/07/01/11"),
        ("outbound", "On its way.", "bedrockkb", "2026/07/01/11"),
    ]


def test_messages_on_one_line_are_messages_and_the_rest_is_rejected(data: Path, old: Path) -> None:
    """Firehose puts nothing between records unless it is told to."""
    second = {**MESSAGE, "messageId": "c-2"}
    put_messages(old, json.dumps(MESSAGE).encode() + json.dumps(second).encode() + b'{"cut": ')
    assert counts(imported(data, old)) == (3, 2, 0, 1)


@pytest.mark.parametrize("line", [b'{"message": "whose?"}', b"7", b'["x"]', b"\xff\xfe", deep(1020).encode()])
def test_a_line_that_is_no_message_is_rejected_and_stops_no_other(data: Path, old: Path, line: bytes) -> None:
    put_messages(old, line, json.dumps(MESSAGE).encode())
    assert counts(imported(data, old)) == (2, 1, 0, 1)
    assert lake(data, "events") == []


def test_a_file_that_is_something_else_is_named_and_stops_no_other(data: Path, old: Path) -> None:
    put_events(old, [as_theirs(values) for values in events_of_sample()], name="good")
    put(old, f"events/{HOUR}/bad", b"not Parquet")
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": [1]}), sink)
    put(old, f"events/{HOUR}/other", bytes(sink.getvalue()))
    tally = imported(data, old, exit_code=2)
    assert (tally["files"], *counts(tally)) == (3, 27, 27, 0, 0)
    bad, other = tally["unreadable"]
    assert f"{HOUR}/bad is no Parquet file" in bad
    assert f"{HOUR}/other is not of the sample's events table: it has no channel" in other


def not_utf_8() -> pa.Array:
    (_, offsets, _) = pa.array(["ab"]).buffers()
    return pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff\xfe")])


def put_columns(folder: Path, name: str, columns: Mapping[str, pa.Array]) -> None:
    """An events object whose columns may be of any type, or there twice by their letters' case."""
    good = {"channel": ["text"], "messageid": ["s9"], "rawevent": ["{}"], "timestamp": [1782903600000]}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({**good, **columns}), sink)
    put(folder, f"events/{HOUR}/{name}", bytes(sink.getvalue()))


@pytest.mark.parametrize(
    "columns",
    [
        {"rawevent": not_utf_8()},
        {"rawevent": pa.array([b"\xff"])},
        {"timestamp": pa.array([2**62], pa.timestamp("ms"))},
        {"Channel": pa.array(["text"])},
        {"tags": pa.array([{"a": 1}]), "status": pa.array([[{"a": b"\xff"}]])},
    ],
)
def test_a_file_with_a_column_of_another_kind_is_named_and_stops_no_other(
    data: Path, old: Path, columns: Mapping[str, pa.Array]
) -> None:
    put_columns(old, "bad", columns)
    put_columns(old, "good", {})
    tally = imported(data, old, exit_code=2)
    assert (tally["files"], *counts(tally)) == (2, 1, 1, 0, 0)
    (bad,) = tally["unreadable"]
    assert f"{HOUR}/bad has a column that is not as the sample's" in bad


def test_text_that_another_program_wrote_as_bytes_is_text(data: Path, old: Path) -> None:
    put_columns(
        old,
        "stream-1",
        {
            "messageid": pa.array([b"s9"]),
            "statuscode": pa.array([Decimal("250")]),
            "tags": pa.array([[(b"campaign", b"june")]], pa.map_(pa.binary(), pa.binary())),
        },
    )
    assert counts(imported(data, old)) == (1, 1, 0, 0)
    (found,) = lake(data, "events")
    assert (found["message_id"], found["status_code"], found["tags"]) == ("s9", "250", {"campaign": "june"})


def test_what_their_firehose_could_not_deliver_is_left_to_the_replay(data: Path, old: Path) -> None:
    put(old, "errors/processing-failed/2026/07/01/11/x", b'{"rawData": "e30="}')
    put(old, "conversationErrors/x", b"{}")
    tally = imported(data, old)
    assert (tally["files"], tally["left_out"], tally["read"]) == (2, 2, 0)


def test_a_folder_that_is_not_there_is_an_error(data: Path, old: Path) -> None:
    result = run(data, "import", "engagement-db", str(old))
    assert result.exit_code == 1
    assert f"{old} cannot be read" in result.output


def test_a_person_reads_the_counts_and_the_reasons(data: Path, old: Path) -> None:
    put_events(old, [{"channel": "text", "timestamp": 1}])
    shown = run(data, "import", "engagement-db", str(old)).output
    assert "already_there" in shown
    assert "message_id" in shown


@mock_aws
def test_a_bucket_is_read_like_a_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="engagementdb")
    body = parquet([as_theirs(values) for values in events_of_sample()])
    client.put_object(Bucket="engagementdb", Key=f"events/{HOUR}/", Body=b"")  # a folder, as the console makes it
    client.put_object(Bucket="engagementdb", Key=f"events/{HOUR}/stream-1", Body=body)
    client.put_object(Bucket="engagementdb", Key=f"conversations/{HOUR}/stream-1", Body=json.dumps(MESSAGE).encode())
    assert counts(imported(data, "s3://engagementdb/")) == (28, 28, 0, 0)
    assert counts(imported(data, "s3://engagementdb/events/2026/07")) == (27, 0, 27, 0)
