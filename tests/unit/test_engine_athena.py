"""Athena as an engine: what it is sent, what comes back, what it cost, and how it is stopped."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from moto import mock_aws
from moto.athena.models import QueryResults, athena_backends

from infra.local.providers.requests import check, refusal
from queries.engines.athena import AthenaEngine
from queries.engines.cost import AthenaResult, us_dollars
from queries.errors import ExecutionError, NotTranslatableError, Position, QueryError, UnknownNameError
from queries.result import Column

NOW = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
MB = 1024**2


class FakeAthena:
    """Checks every request against the service's model; answers what it is told to."""

    def __init__(self, **status: Any) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.running = 2  # looks until it ends
        self.status = {"State": "SUCCEEDED", **status}
        self.statistics: dict[str, Any] = {"DataScannedInBytes": 25 * MB + 1}
        self.pages: list[dict[str, Any]] = [page([("n", "bigint")], ["n"], ["7"])]
        self.failure: Exception | None = None

    def start_query_execution(self, **request: Any) -> dict[str, Any]:
        self._called("StartQueryExecution", request)
        return {"QueryExecutionId": "e-1"}

    def get_query_execution(self, **request: Any) -> dict[str, Any]:
        self._called("GetQueryExecution", request)
        self.running -= 1
        status = {"State": "RUNNING"} if self.running >= 0 else self.status
        return {"QueryExecution": {"Status": status, "Statistics": self.statistics}}

    def get_query_results(self, **request: Any) -> dict[str, Any]:
        self._called("GetQueryResults", request)
        index = int(request.get("NextToken", 0))
        more = {"NextToken": str(index + 1)} if index + 1 < len(self.pages) else {}
        return {"ResultSet": self.pages[index], **more}

    def stop_query_execution(self, **request: Any) -> dict[str, Any]:
        self._called("StopQueryExecution", request)
        return {}

    def _called(self, operation: str, request: dict[str, Any]) -> None:
        check("athena", operation, request)
        self.calls.append((operation, request))
        if self.failure:
            raise self.failure

    @property
    def statement(self) -> str:
        """What it was asked, on one line."""
        return " ".join(self.calls[0][1]["QueryString"].split())


def page(columns: list[tuple[str, str]], *rows: list[str | None]) -> dict[str, Any]:
    information = [{"Name": name, "Type": type_, "Precision": 10, "Scale": 2} for name, type_ in columns]
    data = [{"Data": [{} if text is None else {"VarCharValue": text} for text in row]} for row in rows]
    return {"ResultSetMetadata": {"ColumnInfo": information}, "Rows": data}


def engine(
    client: Any, workgroup: str = "analysts", reuse_minutes: int = 0, wait: Callable[[float], None] = lambda _: None
) -> AthenaEngine:
    return AthenaEngine(
        client, workgroup=workgroup, database="parley", reuse_minutes=reuse_minutes, now=lambda: NOW, wait=wait
    )


def answer(client: FakeAthena, sql: str = "SELECT count(*) AS n FROM events", **parameters: Any) -> AthenaResult:
    result = engine(client).query(sql, parameters)
    assert isinstance(result, AthenaResult)
    return result


@pytest.fixture
def athena() -> FakeAthena:
    return FakeAthena()


def test_a_question_is_asked_in_the_workgroup_and_its_answer_says_what_it_took(athena: FakeAthena) -> None:
    result = answer(athena)
    assert (result.columns, result.rows) == ((Column("n", "bigint"),), ((7,),))
    assert (result.execution_id, result.bytes_scanned, result.reused) == ("e-1", 25 * MB + 1, False)
    assert result.us_dollars == us_dollars(26 * MB) == pytest.approx(26 * 5 / 1024**2)
    assert athena.calls[0] == (
        "StartQueryExecution",
        {
            "QueryString": "SELECT COUNT(*) AS n FROM events",
            "WorkGroup": "analysts",
            "QueryExecutionContext": {"Database": "parley"},
        },
    )


def test_ten_megabytes_are_charged_at_least() -> None:
    assert us_dollars(0) == us_dollars(10 * MB) < us_dollars(10 * MB + 1)


def test_a_value_reaches_athena_as_a_literal_and_never_as_sql(athena: FakeAthena) -> None:
    answer(athena, "SELECT :v AS n", v="' OR 1=1; DROP TABLE events --")
    assert athena.statement == "SELECT (''' OR 1=1; DROP TABLE events --') AS n"


def test_a_report_is_sent_whole_with_its_views_and_typed_parameters(athena: FakeAthena) -> None:
    answer(athena, "unanswered", from_hour="2026/07/01/00", until_hour="2026/07/02/00")
    assert "hour >= ('2026/07/01/00') AND hour < ('2026/07/02/00')" in athena.statement
    assert athena.statement.startswith("WITH rows_once AS (")


def test_a_view_needs_not_to_exist_on_aws(athena: FakeAthena) -> None:
    answer(athena, "SELECT count(*) AS n FROM delivery_by_turn")
    assert "delivery_by_turn AS (" in athena.statement


def test_the_clock_is_sent_as_a_constant_so_that_partitions_are_pruned(athena: FakeAthena) -> None:
    answer(athena, "SELECT count(*) AS n FROM events WHERE hour >= date_format(current_timestamp, '%Y/%m/%d/%H')")
    assert "CAST('2026-07-01 15:30:00+00:00' AS TIMESTAMP WITH TIME ZONE)" in athena.statement


def test_reuse_is_asked_for_and_an_answer_from_before_is_free(athena: FakeAthena) -> None:
    athena.statistics = {"DataScannedInBytes": 0, "ResultReuseInformation": {"ReusedPreviousResult": True}}
    result = engine(athena, reuse_minutes=60).query("SELECT 1 AS n")
    assert athena.calls[0][1]["ResultReuseConfiguration"] == {
        "ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}
    }
    assert isinstance(result, AthenaResult)
    assert (result.reused, result.us_dollars) == (True, 0.0)


def test_a_plan_is_free_and_keeps_its_first_line(athena: FakeAthena) -> None:
    athena.pages = [page([("Query Plan", "varchar")], ["Fragment 0 [SINGLE]"], ["    Output[n]"])]
    result = answer(athena, "EXPLAIN SELECT 1 AS n")
    assert athena.statement == "EXPLAIN SELECT 1 AS n"
    assert (len(result.rows), result.us_dollars) == (2, 0.0)


def test_what_there_is_to_ask_costs_nothing(athena: FakeAthena) -> None:
    assert "delivery_by_turn" in [row[0] for row in engine(athena).query("SHOW TABLES").rows]
    assert ("turn_id", "varchar") in [row[:2] for row in engine(athena).query("DESCRIBE events").rows]
    assert athena.calls == []


def test_every_page_is_read_and_only_the_first_repeats_the_names(athena: FakeAthena) -> None:
    columns = [("n", "bigint")]
    athena.pages = [page(columns, ["n"], ["1"]), page(columns, ["2"]), page(columns, ["3"])]
    assert answer(athena).rows == ((1,), (2,), (3,))


@pytest.mark.parametrize(
    ("type_", "text", "value", "spelled"),
    [
        ("boolean", "true", True, "boolean"),
        ("boolean", "false", False, "boolean"),
        ("integer", "-3", -3, "integer"),
        ("double", "1.5E10", 1.5e10, "double"),
        ("float", "0.5", 0.5, "real"),
        ("decimal", "1.20", Decimal("1.20"), "decimal(10,2)"),
        ("date", "2026-07-01", date(2026, 7, 1), "date"),
        ("timestamp", "2026-07-01 12:00:00.500", datetime(2026, 7, 1, 12, 0, 0, 500_000), "timestamp(3)"),  # noqa: DTZ001
        ("timestamp with time zone", "2026-07-01 12:00:00.000 UTC", NOW.replace(hour=12, minute=0), None),
        ("timestamp with time zone", "2026-07-01 14:00:00.000 Europe/Paris", NOW.replace(hour=12, minute=0), None),
        ("timestamp with time zone", "2026-07-01 14:00:00.000 +02:00", NOW.replace(hour=12, minute=0), None),
        ("varbinary", "68 69", b"hi", "varbinary"),
        ("varchar", "", "", "varchar"),
        ("array", "[a, b]", "[a, b]", "array"),
        ("bigint", None, None, "bigint"),
    ],
)
def test_text_is_read_as_what_its_column_says(
    athena: FakeAthena, type_: str, text: str | None, value: object, spelled: str | None
) -> None:
    athena.pages = [page([("c", type_)], ["c"], [text])]
    result = answer(athena)
    assert result.rows == ((value,),)
    assert result.columns[0].type == (spelled or "timestamp(3) with time zone")


def test_a_question_is_stopped_when_its_analyst_gives_up() -> None:
    athena = FakeAthena()

    def give_up(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine(athena, wait=give_up).query("SELECT 1 AS n")
    assert athena.calls[-1] == ("StopQueryExecution", {"QueryExecutionId": "e-1"})


def failing(reason: str, sql: str, state: str = "FAILED") -> QueryError:
    with pytest.raises(QueryError) as caught:
        answer(FakeAthena(State=state, StateChangeReason=reason), sql)
    return caught.value


def test_comments_stay_at_home_and_errors_still_point_at_the_analysts_own_line(athena: FakeAthena) -> None:
    sql = "-- why I ask\nSELECT /* all */ count(*) AS n\nFROM sms_message_status -- of everybody"
    answer(athena, sql)
    sent = athena.calls[0][1]["QueryString"]
    assert not {"--", "/*", "why I ask"} & {word for word in ("--", "/*", "why I ask") if word in sent}
    error = failing(
        "COLUMN_NOT_FOUND: line 1:8: Column 'nmae' cannot be resolved", "-- why\n\nSELECT\n  nmae FROM events"
    )
    assert error.position == Position(4, 3)


def test_a_statement_that_is_longer_than_athena_takes_is_not_sent(athena: FakeAthena) -> None:
    with pytest.raises(NotTranslatableError, match="bytes long, and Athena takes 262,144"):
        answer(athena, "SELECT :words AS words", words="ñ" * 131_072)
    assert athena.calls == []


def test_an_unknown_column_is_found_in_the_analysts_own_line() -> None:
    error = failing(
        "COLUMN_NOT_FOUND: line 1:8: Column 'events.nmae' cannot be resolved or requester is not authorized to access "
        "requested resources",
        "SELECT\n  count(*),\n  nmae\nFROM events",
    )
    assert isinstance(error, UnknownNameError)
    assert (error.problem, error.position) == ("there is no column nmae", Position(3, 3))


def test_athenas_own_words_come_without_places_in_what_the_analyst_did_not_write() -> None:
    error = failing("TYPE_MISMATCH: line 9:8: Cannot apply operator: varchar + integer", "SELECT 1 AS n")
    assert str(error) == "Cannot apply operator: varchar + integer"


def test_a_question_over_the_workgroups_limit_says_so() -> None:
    error = failing("Bytes scanned limit was exceeded", "SELECT 1 AS n", state="CANCELLED")
    assert isinstance(error, ExecutionError)
    assert "limit of bytes scanned" in error.problem
    assert "fewer hours" in error.remedy


def test_a_question_that_somebody_cancelled_says_so() -> None:
    assert str(failing("", "SELECT 1 AS n", state="CANCELLED")) == "it was cancelled"


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (NoCredentialsError(), "Unable to locate credentials. Asking Athena needs AWS credentials and a region."),
        (
            refusal("StartQueryExecution", "AccessDeniedException", "no"),
            "AccessDeniedException: no. Ask for access to the workgroup, its results, Glue's tables and the lake.",
        ),
        (
            refusal("StartQueryExecution", "InvalidRequestException", "WorkGroup analysts is not found."),
            "InvalidRequestException: WorkGroup analysts is not found. Check --workgroup, --database and the region.",
        ),
        (
            EndpointConnectionError(endpoint_url="https://athena.example"),
            'Athena cannot be reached: Could not connect to the endpoint URL: "https://athena.example"',
        ),
    ],
)
def test_a_call_that_does_not_come_through_says_what_to_do(
    athena: FakeAthena, failure: Exception, expected: str
) -> None:
    athena.failure = failure
    with pytest.raises(ExecutionError) as caught:
        answer(athena)
    assert str(caught.value) == expected


def test_the_fake_refuses_what_athena_would() -> None:
    with pytest.raises(ExecutionError, match="WorkGroup: does not match"):
        engine(FakeAthena(), workgroup="no such name!").query("SELECT 1 AS n")


@pytest.fixture
def moto_client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("athena", region_name="eu-west-1")


def test_boto3s_own_client_gives_the_answer(moto_client: Any) -> None:
    place = {"ResultConfiguration": {"OutputLocation": "s3://results/"}}
    moto_client.create_work_group(Name="analysts", Configuration=place)
    canned = page([("channel", "varchar"), ("n", "bigint")], ["channel", "n"], ["text", "2"], [None, "0"])
    backend = athena_backends["123456789012"]["eu-west-1"]
    backend.query_results_queue.append(QueryResults(canned["Rows"], canned["ResultSetMetadata"]["ColumnInfo"]))
    result = engine(moto_client).query("SELECT channel, count(*) AS n FROM events GROUP BY 1")
    assert result.column_names == ("channel", "n")
    assert result.rows == (("text", 2), (None, 0))
