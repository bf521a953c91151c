"""Analysts' views in the AWS sample's database: made by CREATE VIEW, kept as files, refused where they do harm."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from moto import mock_aws
from moto.athena.models import athena_backends

from infra.cli.main import parley
from queries.compatibility.views import ViewFolder
from queries.engines.duckdb import DuckDbEngine
from queries.errors import NotAQuestionError, QueryError, UnknownNameError
from queries.result import Result
from tests.queries.cases import arrivals, stored, write_lake

NOW = datetime(2026, 7, 2, tzinfo=UTC)
BY_CHANNEL = 'SELECT channel, count(*) AS n FROM "engagementdb-events-table" GROUP BY channel'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_lake(tmp_path / "lake", stored(arrivals("compat")))
    return tmp_path


@pytest.fixture
def engine(data: Path) -> DuckDbEngine:
    return DuckDbEngine(data / "lake", now=lambda: NOW, views=ViewFolder(data / "views"))


def kept(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "views").glob("*"))


def run(data: Path, sql: str) -> str:
    """`parley query` as a process of its own would run it."""
    done = CliRunner().invoke(parley, ["--data", str(data), "query", sql, "--format", "csv"], catch_exceptions=False)
    return done.output


def test_a_view_is_there_for_the_next_command(data: Path) -> None:
    made = run(data, f'CREATE OR REPLACE VIEW "engagementdb-glue-db"."by_channel" AS {BY_CHANNEL};')
    assert made.splitlines() == ["view", "engagementdb-glue-db.by_channel"]
    answer = run(data, 'SELECT n FROM "engagementdb-glue-db"."by_channel" WHERE channel = \'voice\'')
    assert answer.splitlines() == ["n", "3"]


def test_a_view_can_be_made_of_views_and_is_what_they_are_now(engine: DuckDbEngine) -> None:
    engine.query(f"CREATE VIEW by_channel AS {BY_CHANNEL}")
    engine.query("CREATE VIEW most AS SELECT max(n) AS n FROM by_channel")
    assert engine.query("SELECT n FROM most").rows == ((10,),)
    engine.query(f"CREATE OR REPLACE VIEW by_channel AS {BY_CHANNEL} HAVING channel = 'media'")
    assert engine.query("SELECT n FROM most").rows == ((2,),)


def test_a_plain_name_is_ours_in_a_question_and_the_samples_in_its_views(engine: DuckDbEngine) -> None:
    """Both have an `sms_message_status`."""
    engine.query('CREATE VIEW sms_message_status AS SELECT messageid AS theirs FROM "engagementdb-events-table"')
    engine.query("CREATE VIEW of_a_view AS SELECT * FROM sms_message_status")
    assert engine.query("SELECT * FROM of_a_view LIMIT 0").column_names == ("theirs",)
    assert "total_price" in engine.query("SELECT * FROM sms_message_status LIMIT 0").column_names
    both = engine.query(
        'SELECT count(*) FROM sms_message_status a JOIN "engagementdb-glue-db".sms_message_status b '
        "ON a.message_id = b.theirs"
    )
    assert both.rows == ((4,),)


def test_a_view_of_ours_can_be_named_in_one(engine: DuckDbEngine) -> None:
    engine.query("CREATE VIEW cheap AS SELECT message_id FROM sms_message_status WHERE total_price < 0.01")
    assert sorted(engine.query("SELECT * FROM cheap").rows) == [("s1",), ("s3",)]


def test_a_name_means_the_same_in_capitals(engine: DuckDbEngine) -> None:
    engine.query(f'CREATE VIEW "By_Channel" AS {BY_CHANNEL}')
    assert engine.query("SELECT count(*) FROM BY_CHANNEL").rows == ((5,),)


def test_a_view_that_is_there_is_replaced_only_where_that_is_said(engine: DuckDbEngine) -> None:
    engine.query(f"CREATE VIEW by_channel AS {BY_CHANNEL}")
    with pytest.raises(UnknownNameError, match=r"there is a view by_channel already. CREATE OR REPLACE VIEW"):
        engine.query("CREATE VIEW by_channel AS SELECT 1 AS x")
    assert engine.query("SELECT count(*) FROM by_channel").rows == ((5,),)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("CREATE VIEW v AS SELECT * FROM nothing", "line 1, column 32: there is no table or view nothing"),
        ("CREATE VIEW v AS SELECT nothing FROM events", "nothing"),
        ("CREATE VIEW v AS SELECT * FROM v", "there is no table or view v|made of itself"),
        ("CREATE VIEW v AS SELECT * FROM read_csv('/etc/passwd')", "there is no table or view"),
        ("CREATE VIEW v AS SELECT :x AS x", "no value"),
        ("CREATE VIEW parley.v AS SELECT 1 AS x", "views are kept in engagementdb-glue-db, not in parley"),
        ("CREATE VIEW a.b.v AS SELECT 1 AS x", "a view is made by"),
        ("CREATE VIEW v (x) AS SELECT 1 AS x", "a view is made by"),
        ("CREATE TEMPORARY VIEW v AS SELECT 1 AS x", "a view is made by"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1 AS x", "a view is made by"),
        ("CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS x", "a view is made by"),
        ("CREATE VIEW v AS DELETE FROM events", "only questions are run"),
        ("CREATE VIEW v AS SELECT 1 AS x; DROP TABLE events", "one statement is expected"),
        ("CREATE TABLE v AS SELECT 1 AS x", "only questions are run"),
        ("DROP VIEW v", "only questions are run"),
        ("ALTER VIEW v AS SELECT 1", "only questions are run|not Athena SQL"),
        ('CREATE VIEW "../v" AS SELECT 1 AS x', "a view cannot be named '../v'"),
        ('CREATE VIEW "/tmp/v" AS SELECT 1 AS x', "a view cannot be named '/tmp/v'"),
        ('CREATE VIEW "v.sql" AS SELECT 1 AS x', "a view cannot be named 'v.sql'"),
        ('CREATE VIEW "" AS SELECT 1 AS x', "a view cannot be named ''"),
        (
            'CREATE VIEW "engagementdb-events-table" AS SELECT 1 AS x',
            "a view cannot be named 'engagementdb-events-table'",
        ),
    ],
)
def test_what_is_no_view_or_would_not_answer_is_refused_and_leaves_nothing(
    engine: DuckDbEngine, data: Path, statement: str, problem: str
) -> None:
    with pytest.raises(QueryError, match=problem):
        engine.query(statement)
    assert kept(data) == []


def test_views_cannot_be_made_of_each_other(engine: DuckDbEngine, data: Path) -> None:
    engine.query("CREATE VIEW a AS SELECT 1 AS x")
    engine.query("CREATE VIEW b AS SELECT x FROM a")
    with pytest.raises(QueryError, match=r"the view engagementdb-glue-db\.\w is made of itself"):
        engine.query("CREATE OR REPLACE VIEW a AS SELECT x FROM b")
    assert engine.query("SELECT x FROM b").rows == ((1,),)


def test_where_no_views_are_kept_none_is_made(data: Path) -> None:
    with pytest.raises(NotAQuestionError, match=r"no views are kept here, only questions are run. Nothing was run"):
        DuckDbEngine(data / "lake").query("CREATE VIEW v AS SELECT 1 AS x")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("DROP TABLE events", "the view v of engagementdb-glue-db cannot be read: only questions are run"),
        ("SHOW TABLES", "the view v of engagementdb-glue-db cannot be read: it is no question"),
        ("CREATE VIEW v AS SELECT * FROM gone", "in the view engagementdb-glue-db.v, there is no table or view gone"),
    ],
)
def test_a_file_that_was_changed_by_hand_is_checked_like_a_statement(
    engine: DuckDbEngine, data: Path, text: str, problem: str
) -> None:
    (data / "views").mkdir()
    (data / "views" / "v.sql").write_text(text)
    with pytest.raises(QueryError, match=problem):
        engine.query("SELECT * FROM v")


def test_a_file_that_is_no_text_stands_in_nobodys_way(engine: DuckDbEngine, data: Path) -> None:
    (data / "views" / "folder.sql").mkdir(parents=True)
    (data / "views" / "._v.sql").write_bytes(b"\x00\x05\x16\xff\xfe")
    assert engine.query("SELECT 1 AS x").rows == ((1,),)
    with pytest.raises(QueryError, match=r"the view \._v of engagementdb-glue-db cannot be read"):
        engine.query('SELECT * FROM "._v"')


def test_an_explained_view_is_the_statement_it_stands_for(engine: DuckDbEngine, data: Path) -> None:
    engine.query(f"CREATE VIEW by_channel AS {BY_CHANNEL}")
    told = CliRunner().invoke(parley, ["--data", str(data), "query", "--explain", "SELECT * FROM by_channel"])
    assert told.exit_code == 0
    assert "COUNT(*) AS n" in told.output


def test_a_view_is_listed_among_the_views(engine: DuckDbEngine) -> None:
    engine.query("CREATE VIEW v AS SELECT 1 AS x")
    assert ('"engagementdb-glue-db"."v"', "view", "an analyst's own") in engine.query("SHOW VIEWS").rows


def test_making_a_view_gives_its_name(engine: DuckDbEngine) -> None:
    made: Result = engine.query("CREATE VIEW v AS SELECT 1 AS x")
    assert (made.column_names, made.rows) == (("view",), (("engagementdb-glue-db.v",),))


def test_athena_makes_no_view_and_knows_those_of_the_data_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    run(data, f"CREATE VIEW by_channel AS {BY_CHANNEL}")
    command = ["--data", str(data), "query", "--engine", "athena", "--format", "json"]
    with mock_aws():
        athena = athena_backends["123456789012"]["eu-west-1"]
        athena.create_work_group("parley", {"ResultConfiguration": {"OutputLocation": "s3://results/"}}, "", [])
        made = CliRunner().invoke(parley, [*command, "CREATE VIEW v AS SELECT 1 AS x"])
        asked = CliRunner().invoke(parley, [*command, "SELECT n FROM by_channel"])
        sent = [each.query for each in athena.executions.values()]
    assert (made.exit_code, "Without --engine athena" in made.output) == (1, True)
    assert (asked.exit_code, len(sent)) == (0, 1)
    assert '"engagementdb-glue-db.by_channel" AS (' in sent[0]
    assert kept(data) == ["by_channel.sql"]
