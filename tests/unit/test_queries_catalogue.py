"""The shipped questions: their headers say what they give, and their numbers are those counted by hand."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queries.catalogue.entries import Catalogue, HeaderError, read_entry
from queries.engines.duckdb import DuckDbEngine
from queries.result import Cell
from tests.lake_rows import HOUR, row, write
from transformer.schema import DELIVERY_STATUSES, Value, Values

SHIPPED = Catalogue.shipped()
T0 = 1_782_910_800_000  # HOUR, epoch milliseconds


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def engine(lake: Path) -> DuckDbEngine:
    return DuckDbEngine(lake)


def records(engine: DuckDbEngine, sql: str, **parameters: str) -> list[dict[str, Cell]]:
    result = engine.query(sql, parameters)
    return [dict(zip(result.column_names, cells, strict=True)) for cells in result.rows]


@pytest.mark.parametrize("name", SHIPPED.entries)
def test_an_entry_runs_on_an_empty_lake_and_gives_the_columns_of_its_header(engine: DuckDbEngine, name: str) -> None:
    entry = SHIPPED.entries[name]
    required = {parameter.name: "x" for parameter in entry.parameters if parameter.default is None}
    assert engine.query(name, required).column_names == tuple(entry.columns)
    assert all(entry.columns.values())
    assert entry.title
    assert entry.description


@pytest.mark.parametrize("name", SHIPPED.views)
def test_a_view_can_be_asked_like_a_table(engine: DuckDbEngine, name: str) -> None:
    sql = "SELECT count(*) AS n FROM view_name".replace("view_name", name)
    [record] = records(engine, sql)
    assert (record["n"] == 0) == bool(SHIPPED.entries[name].scans)


def test_two_views_and_a_table_can_be_joined(engine: DuckDbEngine) -> None:
    sql = """
    WITH mine AS (SELECT turn_id FROM delivery_by_turn)
    SELECT count(*) AS n FROM mine JOIN conversation_log AS c ON c.turn_id = mine.turn_id
    LEFT JOIN conversations ON conversations.turn_id = c.turn_id
    """
    assert records(engine, sql) == [{"n": 0}]


def answer(turn: str, **values: Value) -> Values:
    usual: Values = {"source": "documents", "occurred_at": T0, "channel": "text", "destination_address": "+1"}
    key: Values = {"turn_id": turn, "event_id": f"answer-{turn}", "direction": "outbound", "message": "Hello"}
    return row("conversations", **key | usual | values)


def question(turn: str, text: str, after_ms: int = 0, **values: Value) -> Values:
    usual: Values = {"sending_address": "+1", "occurred_at": T0 + after_ms}
    key: Values = {"turn_id": turn, "event_id": f"{turn}-{text}", "direction": "inbound", "message": text}
    return row("conversations", **key | usual | values)


def happened(turn: str, status: str, part: str = "p1", after_ms: int = 0, **values: Value) -> Values:
    usual: Values = {"direction": "outbound", "message_id": part, "occurred_at": T0 + after_ms}
    key: Values = {"turn_id": turn, "event_id": f"{turn}-{part}-{status}", "delivery_status": status}
    return row("events", **key | usual | values)


def statuses(engine: DuckDbEngine) -> dict[Cell, Cell]:
    return {record["turn_id"]: record["delivery_status"] for record in records(engine, "delivery_by_turn")}


# turn: its events, in an order that a provider might deliver them in; and what follows from them
CASES: dict[str, tuple[list[Values], str]] = {
    "none": ([], "unconfirmed"),
    "sent": ([happened("sent", "sent")], "sent"),
    "late": ([happened("late", "read"), happened("late", "delivered"), happened("late", "sent")], "read"),
    "bounced": (
        [happened("bounced", "delivered"), happened("bounced", "failed"), happened("bounced", "sent")],
        "failed",
    ),
    "retried": ([happened("retried", "failed"), happened("retried", "read")], "read"),
    "parts": ([happened("parts", "delivered"), happened("parts", "sent", "p2")], "sent"),
    "half": ([happened("half", "read"), happened("half", "failed", "p2")], "failed"),
    "clicked": ([happened("clicked", "clicked"), happened("clicked", "sent")], "clicked"),
    "complained": ([happened("complained", "complained"), happened("complained", "clicked")], "complained"),
    "odd": ([happened("odd", "unknown"), happened("odd", "queued")], "queued"),
}


def test_an_answer_stands_where_its_furthest_event_says(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "conversations", [answer(turn) for turn in CASES])
    write(lake, "events", [event for events, _ in CASES.values() for event in events])
    assert statuses(engine) == {turn: expected for turn, (_, expected) in CASES.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_and_the_repetition_of_events_change_no_number(lake: Path, engine: DuckDbEngine, seed: int) -> None:
    write(lake, "conversations", [answer(turn) for turn in CASES])
    events = [event for events, _ in CASES.values() for event in events]
    write(lake, "events", events)
    once = sorted(map(str, records(engine, "delivery_by_turn")))
    shuffled = [*events, *events]
    random.Random(seed).shuffle(shuffled)
    write(lake, "events", shuffled[::2])
    write(lake, "events", shuffled[1::2], hour=HOUR + timedelta(hours=5))
    write(lake, "conversations", [answer(turn) for turn in CASES], name="again")
    assert sorted(map(str, records(engine, "delivery_by_turn"))) == once


def test_a_delivery_is_told_whole(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "conversations", [answer("t", conversation_id="c"), question("t", "hi")])
    write(
        lake,
        "events",
        [
            happened("t", "delivered", "p1", 2000),
            happened("t", "failed", "p2", 3000, status_code="BLOCKED", status_message="by the carrier"),
            happened("other", "delivered"),
            happened("t", "delivered", "p3", direction="inbound"),
        ],
    )
    assert records(engine, "delivery_by_turn") == [
        {
            "turn_id": "t",
            "conversation_id": "c",
            "channel": "text",
            "person": "+1",
            "source": "documents",
            "answer": "Hello",
            "answered_at": datetime(2026, 7, 1, 13, tzinfo=UTC),
            "delivery_status": "failed",
            "delivered": False,
            "parts": 2,
            "parts_delivered": 1,
            "parts_failed": 1,
            "last_event_at": datetime(2026, 7, 1, 13, 0, 3, tzinfo=UTC),
            "failure": "BLOCKED by the carrier",
        }
    ]


def test_an_answer_of_which_every_part_arrived_is_delivered(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "conversations", [answer("t"), answer("silence", message="")])
    write(lake, "events", [happened("t", "delivered"), happened("t", "clicked", "p2")])
    [record] = records(engine, "delivery_by_turn")
    assert (record["delivered"], record["parts_delivered"], record["delivery_status"]) == (True, 2, "delivered")


def test_hours_bound_the_answers_and_their_events_count_three_days_longer(engine: DuckDbEngine, lake: Path) -> None:
    write(lake, "conversations", [answer("before")], hour=HOUR - timedelta(hours=1), name="before")
    write(lake, "conversations", [answer("in")])
    write(lake, "conversations", [answer("after")], hour=HOUR + timedelta(hours=1), name="after")
    write(lake, "events", [happened("in", "sent")], hour=HOUR - timedelta(hours=1))
    write(lake, "events", [happened("in", "delivered")], hour=HOUR + timedelta(hours=72))
    write(lake, "events", [happened("in", "read")], hour=HOUR + timedelta(hours=73))
    hours = {"from_hour": "2026/07/01/13", "until_hour": "2026/07/01/14"}
    found = records(engine, "delivery_by_turn", **hours)
    assert [(record["turn_id"], record["delivery_status"]) for record in found] == [("in", "delivered")]
    by_name = records(engine, "SELECT turn_id FROM delivery_by_turn", **hours)
    assert by_name == [{"turn_id": "in"}]


def test_every_step_of_the_schemas_vocabulary_is_ranked(engine: DuckDbEngine, lake: Path) -> None:
    ranked = [status for status in DELIVERY_STATUSES if status not in ("", "unsubscribed", "deleted", "unknown")]
    write(lake, "conversations", [answer(status) for status in ranked])
    write(lake, "events", [happened(status, status) for status in ranked])
    assert statuses(engine) == {status: status for status in ranked}


def test_unanswered_lists_hand_offs_and_apologies_with_their_questions(engine: DuckDbEngine, lake: Path) -> None:
    rows = [
        question("t", "And to Peru?", after_ms=1000),
        question("t", "Do you ship?"),
        answer("t", source="handoff", conversation_id="c", tags={"reason": "no passage"}),
        question("u", "Where?", after_ms=60_000),
        answer("u", source="apology", conversation_id="d"),
        question("v", "When?"),
        answer("v", source="documents"),
    ]
    write(lake, "conversations", [*rows, *rows])
    assert engine.query("unanswered").rows == (
        (datetime(2026, 7, 1, 13, 1, tzinfo=UTC), "text", "+1", "Where?", "apology", "", "d", "u"),
        (
            datetime(2026, 7, 1, 13, 0, 1, tzinfo=UTC),
            "text",
            "+1",
            "Do you ship?\nAnd to Peru?",
            "handoff",
            "no passage",
            "c",
            "t",
        ),
    )


def test_the_conversation_log_has_each_message_once_whoever_wrote_it(engine: DuckDbEngine, lake: Path) -> None:
    rows = [question("t", "hi"), answer("t", occurred_at=T0 + 900)]
    write(lake, "conversations", rows)
    write(lake, "conversations", rows, hour=HOUR + timedelta(hours=1))
    log = engine.query("SELECT said_at, direction, person, message FROM conversation_log ORDER BY said_at").rows
    assert log == (
        (datetime(2026, 7, 1, 13, tzinfo=UTC), "inbound", "+1", "hi"),
        (datetime(2026, 7, 1, 13, 0, 0, 900000, tzinfo=UTC), "outbound", "+1", "Hello"),
    )


GOOD = """-- title: T
-- description: one
--   two
-- parameter n bigint = 7: how many
-- column a: first
SELECT :n AS a
"""


def test_a_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "q.sql"
    path.write_text(GOOD)
    entry = read_entry(path, "report")
    assert (entry.name, entry.title, entry.description, dict(entry.columns)) == ("q", "T", "one two", {"a": "first"})
    [parameter] = entry.parameters
    assert (parameter.name, parameter.type, parameter.default) == ("n", "bigint", "7")


def test_a_reports_parameter_is_read_as_its_type(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/q.sql").write_text(GOOD)
    engine = DuckDbEngine(tmp_path, Catalogue.read(tmp_path))
    assert engine.query("q").rows == ((7,),)
    assert engine.query("Q ", {"n": "12"}).rows == ((12,),)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("-- title: T\nSELECT 1", "needs a title"),
        ("-- titel: T\nSELECT 1", "not a line of a header: -- titel"),
        (GOOD.replace("bigint", "number"), "not a parameter's name, type and default: n number"),
    ],
)
def test_a_header_that_is_wrong_names_its_file_and_line(tmp_path: Path, header: str, words: str) -> None:
    path = tmp_path / "q.sql"
    path.write_text(header)
    with pytest.raises(HeaderError, match=words) as caught:
        read_entry(path, "view")
    assert str(path) in str(caught.value)


def test_a_name_is_used_once(tmp_path: Path) -> None:
    for folder in ("views", "reports"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "q.sql").write_text(GOOD)
    with pytest.raises(HeaderError, match="already a view of this name"):
        Catalogue.read(tmp_path)


def test_a_view_may_be_made_of_another(tmp_path: Path) -> None:
    (tmp_path / "views").mkdir()
    header = "-- title: T\n-- description: D\n-- column a: first\n"
    views = {
        "zero": "SELECT 1 AS a",
        "one": "SELECT a + 1 AS a FROM zero",
        "two": "SELECT one.a + zero.a AS a FROM one, zero",
    }
    for name, sql in views.items():
        (tmp_path / f"views/{name}.sql").write_text(header + sql)
    engine = DuckDbEngine(tmp_path, Catalogue.read(tmp_path))
    assert engine.query("SELECT two.a, zero.a FROM two, zero").rows == ((3, 1),)
