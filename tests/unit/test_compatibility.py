"""The AWS sample's tables over our lake: statements like those of its users, with results worked out by hand."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS
from queries.compatibility.tables import DATABASE, TABLES
from queries.compose import compose
from queries.engines.duckdb import DuckDbEngine
from queries.errors import ExecutionError, UnknownNameError
from queries.statement import DIALECT, Question, read
from tests.lake_rows import row, write
from tests.queries.cases import arrivals, stored, write_lake
from transformer.schema import TABLES as OUR_TABLES

NOW = datetime(2026, 7, 2, tzinfo=UTC)
# As the sample's README and its Glue tables have them.
EVENT_COLUMNS = {
    "accountid": "varchar",
    "organizationid": "varchar",
    "sendingid": "varchar",
    "sendingaddress": "varchar",
    "destinationaddress": "array(varchar)",
    "channel": "varchar",
    "type": "varchar",
    "status": "varchar",
    "statuscode": "varchar",
    "statusmessage": "varchar",
    "rawstatus": "varchar",
    "isocountrycode": "varchar",
    "timestamp": "bigint",
    "messageid": "varchar",
    "tags": "map(varchar, varchar)",
    "channeldata": "map(varchar, varchar)",
    "rawevent": "varchar",
    "ingest_timestamp": "timestamp(3)",
}
CONVERSATION_COLUMNS = {
    "accountid": "varchar",
    "organizationid": "varchar",
    "messageid": "varchar",
    "sendingaddress": "varchar",
    "destinationaddress": "varchar",
    "channel": "varchar",
    "direction": "varchar",
    "knowledgebaseid": "varchar",
    "sessionid": "varchar",
    "source": "varchar",
    "message": "varchar",
    "timestamp": "bigint",
    "tags": "map(varchar, varchar)",
}


def on_events(sql: str) -> str:
    """A statement that names the sample's events table by its whole name where `sql` says EVENTS."""
    return sql.replace("EVENTS", '"engagementdb-glue-db"."engagementdb-events-table"')


@pytest.fixture
def engine(tmp_path: Path) -> DuckDbEngine:
    write_lake(tmp_path, stored(arrivals("compat")))
    return DuckDbEngine(tmp_path, now=lambda: NOW)


@pytest.mark.parametrize(("name", "columns"), [*zip(TABLES, [EVENT_COLUMNS, CONVERSATION_COLUMNS], strict=True)])
@pytest.mark.parametrize("has_rows", [True, False])
def test_the_tables_have_the_samples_columns(
    engine: DuckDbEngine, tmp_path: Path, name: str, columns: dict[str, str], has_rows: bool
) -> None:
    asked = engine if has_rows else DuckDbEngine(tmp_path / "empty")
    result = asked.query(f'SELECT * FROM "{DATABASE}"."{name}"')  # noqa: S608
    assert {column.name: column.type for column in result.columns} == columns
    assert list(result.column_names) == list(columns)


@pytest.mark.parametrize("named", ["EVENTS", '"engagementdb-events-table"', '"ENGAGEMENTDB-Events-Table"'])
def test_a_table_is_named_with_its_database_or_without(engine: DuckDbEngine, named: str) -> None:
    assert engine.query(on_events(f"SELECT count(*) FROM {named}")).rows == ((27,),)  # noqa: S608


def test_rows_that_the_sample_has_not_are_left_out(engine: DuckDbEngine) -> None:
    """Of the text messages, what a person sent."""
    ours = engine.query("SELECT count(*) FROM events WHERE channel = 'text'").rows
    theirs = engine.query(on_events("SELECT count(*) FROM EVENTS WHERE channel = 'text'")).rows
    assert (ours, theirs) == (((5,),), ((4,),))


def test_ingest_timestamp_is_the_hour_of_arrival(engine: DuckDbEngine) -> None:
    """The pending message arrived a second before eleven, the delivered one two seconds after."""
    answer = engine.query(
        on_events(
            "SELECT status, ingest_timestamp, date_trunc('day', ingest_timestamp), from_unixtime(timestamp / 1000) "
            "FROM EVENTS WHERE messageid = 's1' ORDER BY timestamp"
        )
    )
    day = datetime(2026, 7, 1)  # noqa: DTZ001  # a timestamp without a zone
    assert answer.rows == (
        ("TEXT_PENDING", day.replace(hour=10), day, datetime(2026, 7, 1, 10, 59, 58, tzinfo=UTC)),
        ("TEXT_DELIVERED", day.replace(hour=11), day, datetime(2026, 7, 1, 11, 0, 1, tzinfo=UTC)),
    )


def test_a_key_that_a_map_lacks_is_null_as_the_samples_users_expect(engine: DuckDbEngine) -> None:
    answer = engine.query(
        on_events(
            "SELECT coalesce(tags['campaign'], 'none') AS campaign, count(*) AS n FROM EVENTS "
            "WHERE channel = 'email' GROUP BY 1 ORDER BY 1"
        )
    )
    assert answer.rows == (("none", 2), ("spring", 8))


def test_in_our_own_tables_it_is_an_error_as_in_athena(engine: DuckDbEngine) -> None:
    with pytest.raises(ExecutionError, match="Key not present in map: campaign"):
        engine.query("SELECT tags['campaign'] FROM events WHERE source = 'ses_event'")


def test_prices_are_added_as_decimals(engine: DuckDbEngine) -> None:
    """s1's two events have 0.00581 each, which is 0.0058 in four places; s3's has 0."""
    answer = engine.query(
        on_events(
            "SELECT channeldata['isocountrycode'] AS country, "
            "sum(cast(channeldata['totalmessageprice'] AS decimal(10, 4))) AS price, "
            "sum(coalesce(cast(channeldata['totalcarrierfee'] AS decimal(10, 4)), 0)) AS fee FROM EVENTS "
            "WHERE channeldata['totalmessageprice'] IS NOT NULL AND channel = 'text' "
            "AND ingest_timestamp >= date_add('day', -1, current_timestamp) "
            "GROUP BY channeldata['isocountrycode'] ORDER BY 1"
        )
    )
    assert answer.rows == (
        ("GB", Decimal("0.0462"), Decimal("0.0000")),
        ("US", Decimal("0.0116"), Decimal("0.0060")),
    )


def test_the_price_of_a_message_twice_is_not_its_price_and_fee(engine: DuckDbEngine) -> None:
    """What the sample's views call the total; ours add the fee."""
    theirs = engine.query(
        on_events(
            "WITH prices AS (SELECT e.messageid, max(cast(e.channeldata['totalmessageprice'] AS double)) AS price "
            "FROM EVENTS e WHERE e.channel = 'text' GROUP BY e.messageid, e.destinationaddress, e.tags) "
            "SELECT round(price + price, 5) FROM prices WHERE messageid = 's1'"
        )
    )
    ours = engine.query("SELECT total_price FROM sms_message_status WHERE message_id = 's1'")
    assert theirs.rows == ((0.01162,),)
    assert ours.rows == ((Decimal("0.008830"),),)


def test_domains_and_raw_events_are_read_with_patterns_and_paths(engine: DuckDbEngine) -> None:
    answer = engine.query(
        on_events(
            "SELECT regexp_extract(destinationaddress[1], '@(.+)$', 1) AS domain, "
            "max(json_extract_scalar(rawevent, '$.bounce.bounceType')) AS bounce, cardinality(destinationaddress) AS n "
            "FROM EVENTS WHERE channel = 'email' AND destinationaddress[2] IS NULL GROUP BY 1, 3 ORDER BY domain"
        )
    )
    assert answer.rows == (("email.com", "Permanent", 1), ("gmail.com", None, 1))


def test_columns_can_be_named_by_their_table_and_database(engine: DuckDbEngine) -> None:
    answer = engine.query(
        on_events(
            "SELECT EVENTS.status, \"engagementdb-events-table\".channel FROM EVENTS WHERE EVENTS.messageid = 's2'"
        )
    )
    assert answer.rows == (("TEXT_SUCCESSFUL", "text"),)


def test_what_was_said_has_the_samples_names(tmp_path: Path) -> None:
    said = row("conversations", message="Hello", answerer_id="kb-1", session_id="s", direction="outbound", source="kb")
    write(tmp_path, "conversations", [said])
    answer = DuckDbEngine(tmp_path).query(
        f'SELECT message, knowledgebaseid, sessionid, source FROM "{DATABASE}"."engagementdb-conversations-table"'  # noqa: S608
    )
    assert answer.rows == (("Hello", "kb-1", "s", "kb"),)


@pytest.mark.parametrize(
    ("condition", "files"),
    [
        ("ingest_timestamp >= date_add('day', -7, current_timestamp)", 5),
        ("ingest_timestamp >= date_add('hour', -10, current_timestamp)", 1),
        ("ingest_timestamp BETWEEN current_timestamp - INTERVAL '13' HOUR AND current_timestamp", 4),
        ("ingest_timestamp = TIMESTAMP '2026-07-01 12:00:00'", 1),
        ("current_timestamp < ingest_timestamp", 0),
    ],
)
def test_only_the_files_of_the_hours_asked_for_are_opened(engine: DuckDbEngine, condition: str, files: int) -> None:
    plan = str(engine.query(on_events(f"EXPLAIN ANALYZE SELECT * FROM EVENTS WHERE {condition}")).rows)  # noqa: S608
    assert re.findall(r"Total Files Read: (\d+)", plan) == [str(files)]


def test_files_are_left_out_too_where_a_statement_names_the_table_twice(engine: DuckDbEngine) -> None:
    recent = "ingest_timestamp >= TIMESTAMP '2026-07-01 13:00:00'"
    plan = engine.query(
        on_events(
            "EXPLAIN ANALYZE WITH last AS "  # noqa: S608
            f"(SELECT messageid, max(timestamp) AS at FROM EVENTS WHERE {recent} GROUP BY messageid) "
            f"SELECT e.* FROM EVENTS e JOIN last ON e.messageid = last.messageid WHERE e.{recent}"
        )
    )
    assert re.findall(r"Total Files Read: (\d+)", str(plan.rows)) == ["2", "2"]


@pytest.mark.parametrize(
    "named", ["no_such_table", f'"{DATABASE}".no_such_view', '"other"."engagementdb-events-table"']
)
def test_an_unknown_name_is_an_error_that_says_what_there_is(engine: DuckDbEngine, named: str) -> None:
    with pytest.raises(UnknownNameError, match=r"there is no table or view .*There are: "):
        engine.query(f"SELECT 1 FROM {named}")  # noqa: S608


def test_on_athena_a_statement_needs_none_of_the_samples_tables() -> None:
    """They are part of it, over ours; a key that a map lacks is no error there either."""
    question = read(on_events("SELECT tags['campaign'], destinationaddress[1] FROM EVENTS"))
    assert isinstance(question, Question)
    composed = compose(question.tree, Catalogue.shipped(), OUR_TABLES, NO_PARAMETERS, NOW)
    statement = composed.tree.sql(dialect=DIALECT)
    assert composed.tables == {"events"}
    assert statement.startswith('WITH "engagementdb-glue-db.engagementdb-events-table" AS (SELECT "account_id" AS')
    assert "ELEMENT_AT(tags, 'campaign') AS _col0, ELEMENT_AT(destinationaddress, 1) AS _col1" in statement
