"""`parley query`: an analyst's question, from the words on the command line to a table, a file or a chart."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from moto.athena.models import QueryResults, athena_backends

from infra.cli.main import parley
from queries.catalogue.entries import Catalogue
from tests.lake_rows import row, stored, write

ROOT = Path(__file__).parents[2]
OURS = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A lake of three events; one carries what an attacker would write."""
    rows = [
        row("events", event_id="1", channel="text", tags={"a": "b"}, destination_address=["+1", "+2"], occurred_at=5),
        row("events", event_id="2", channel="text", occurred_at=7),
        row("events", event_id="3", channel="email", status_message="'; DROP TABLE events; --\x1b[2J", occurred_at=9),
    ]
    write(tmp_path / "lake", "events", rows)
    return tmp_path


def query(data: Path, *words: str, input_: str | None = None, status: int = 0) -> Result:
    result = CliRunner().invoke(parley, ["--data", str(data), "query", *words], input=input_, env={"COLUMNS": "120"})
    assert result.exit_code == status, result.output
    return result


def answer(data: Path, *words: str) -> Any:
    return json.loads(query(data, *words, "--format", "json").stdout)


def refused(data: Path, *words: str, status: int = 1) -> str:
    """What went wrong; nothing may be changed or shown instead."""
    before = stored(data / "lake", "events")
    result = query(data, *words, status=status)
    assert result.stdout == ""
    assert stored(data / "lake", "events") == before
    return result.stderr.strip()


# ── what can be asked ────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_an_argument_everything_that_can_be_asked_is_listed(data: Path) -> None:
    listed = json.loads(query(data, "--format", "json").stdout)
    assert {each["name"] for each in listed} == {"events", "conversations", "rejected", *Catalogue.shipped().entries}
    history = next(each for each in listed if each["name"] == "message_history")
    assert history["set"] == "message_id from_hour until_hour"
    assert "message_id" in query(data).stdout


def test_a_question_can_come_from_a_file(data: Path) -> None:
    result = query(data, "-", "--format", "json", input_="SELECT count(*) AS n\nFROM events")
    assert json.loads(result.stdout) == [{"n": 3}]


def test_a_parameter_of_ones_own_has_the_type_that_is_written(data: Path) -> None:
    sql = "SELECT count(*) AS n FROM events WHERE occurred_at > :since"
    assert answer(data, sql, "-p", "since:bigint=5") == [{"n": 2}]
    assert answer(data, "SELECT :words AS words", "-p", "words=5 = 5") == [{"words": "5 = 5"}]


def test_a_plan_shows_the_header_and_the_statement_and_runs_nothing(data: Path) -> None:
    shown = query(data, "unanswered", "-p", "from_hour=2026/07/01/00", "--explain").stdout
    assert shown.startswith("-- title: Questions that were not answered\n")
    assert "hour >= (\n" in shown
    assert "'2026/07/01/00'" in shown
    assert "╭" in shown or "┌" in shown
    assert shown.endswith("\nReads about 0.0 MB; the same files on Athena: about $0.000048.\n")


def test_a_report_names_its_charts_axes(data: Path) -> None:
    shown = query(data, "volume_by_hour", "--format", "chart").stdout
    assert shown.startswith("Messages received and sent over time, by channel\n")


def test_a_chart_of_ones_own_sql_is_guessed(data: Path) -> None:
    shown = query(data, "SELECT channel, count(*) AS n FROM events GROUP BY 1 ORDER BY 2", "--format", "chart").stdout
    assert [line.split()[0] for line in shown.splitlines() if "█" in line] == ["email", "text"]


def test_a_pipe_gets_every_row_on_a_line_with_tabs_between_its_cells(data: Path) -> None:
    sql = "SELECT event_id, channel, destination_address FROM events ORDER BY event_id"
    assert query(data, sql).stdout.splitlines() == [
        "event_id\tchannel\tdestination_address",
        '1\ttext\t["+1","+2"]',
        "2\ttext\t[]",
        "3\temail\t[]",
    ]


def test_a_terminal_gets_the_first_hundred_rows_and_is_told_of_the_others(data: Path) -> None:
    terminal, screen = os.openpty()
    command = [sys.executable, "-m", "infra.cli.main", "--data", str(data), "query"]
    sql = "SELECT x FROM UNNEST(sequence(1, 5000)) AS t (x) ORDER BY x"
    with subprocess.Popen([*command, sql], cwd=ROOT, env=OURS, stdout=screen, stderr=subprocess.PIPE) as process:
        os.close(screen)
        shown = b"".join(iter(partial(_read, terminal), b""))
        assert process.stderr
        told = process.stderr.read().decode()
    os.close(terminal)
    assert re.findall(r"^\s*(\d+)\s*$", shown.decode(), re.MULTILINE) == [str(number) for number in range(1, 101)]
    assert told == "the first 100 of 5,000 rows; --out FILE writes all\n"


def _read(terminal: int) -> bytes:
    """b"" once the other end is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_only_what_a_question_needs_is_imported() -> None:
    """Neither AWS nor the hub, nor what draws."""
    script = "import sys; import infra.cli.commands.query; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=OURS, capture_output=True, text=True, check=True
    )
    assert not {"boto3", "botocore", "rich", "plotext", "starlette", "orchestrator.hub"} & set(done.stdout.split())


def test_the_functions_are_listed_with_their_forms_and_their_tested_examples(data: Path) -> None:
    listed = {each["name"]: each for each in json.loads(query(data, "--functions", "--format", "json").stdout)}
    assert listed["split"]["forms"] == [
        "split(varchar, varchar) -> array(varchar)",
        "split(varchar, varchar, bigint) -> array(varchar)",
    ]
    assert all(each["tested"] > 0 for each in listed.values())
    assert "split_to_map" in query(data, "--functions").stdout


def test_a_reports_name_is_a_table_too(data: Path) -> None:
    sql = "SELECT count(*) AS n FROM unanswered WHERE ended_in = 'handoff'"
    assert answer(data, sql, "-p", "from_hour=2026/07/01/00") == [{"n": 0}]


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_spreadsheet_takes_no_text_of_a_csv_for_a_formula(data: Path) -> None:
    """Numbers stay numbers, below zero too; programs ask for the texts as they are."""
    texts = ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na", "a=1"]
    row = ", ".join(f"'{text}'" for text in texts)
    sql = f'SELECT {row}, -5, -0.5, CAST(-1.5 AS decimal(3,1)), 1 AS "=head"'
    header, safe = csv.reader(io.StringIO(query(data, sql, "--format", "csv").stdout, newline=""))
    assert safe == [*(f"'{text}" for text in texts[:-1]), "a=1", "-5", "-0.5", "-1.5", "1"]
    assert header[-1] == "'=head"
    header, raw = csv.reader(io.StringIO(query(data, sql, "--format", "csv", "--raw").stdout, newline=""))
    assert raw == [*texts, "-5", "-0.5", "-1.5", "1"]
    assert header[-1] == "=head"
    assert "is for CSV" in query(data, sql, "--format", "json", "--raw", status=2).stderr


def test_csv_has_a_header_and_a_cell_for_every_value(data: Path) -> None:
    sql = (
        "SELECT event_id, tags, destination_address, status_message, occurred_at > 5 AS late, NULL AS nothing,"
        " from_unixtime(occurred_at) AS at, 'a,\"b\"' AS quoted FROM events ORDER BY event_id"
    )
    header, first, _, third = csv.reader(io.StringIO(query(data, sql, "--format", "csv").stdout))
    assert header == ["event_id", "tags", "destination_address", "status_message", "late", "nothing", "at", "quoted"]
    assert first == ["1", '{"a":"b"}', '["+1","+2"]', "", "false", "", "1970-01-01T00:00:05+00:00", 'a,"b"']
    assert third[3] == "'; DROP TABLE events; --\x1b[2J"


def test_parquet_keeps_the_types_also_without_rows(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.parquet"
    sql = (
        "SELECT tags, destination_address, occurred_at, from_unixtime(occurred_at) AS at, date '2026-07-01' AS d,"
        " CAST('1.5' AS decimal(10, 2)) AS price, CAST(ROW(1, 'x') AS ROW(n bigint, t varchar)) AS r, NULL AS nothing"
        " FROM events"
    )
    query(data, f"{sql} WHERE event_id = '1'", "--out", str(file))
    with_rows = pq.read_table(file)
    query(data, f"{sql} WHERE event_id = 'x'", "--out", str(file))
    assert pq.read_table(file).num_rows == 0
    assert pq.read_table(file).schema.equals(with_rows.schema)
    assert with_rows.schema.field("tags").type == pa.map_(pa.string(), pa.string())
    assert with_rows.schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert with_rows.schema.field("price").type == pa.decimal128(10, 2)
    (found,) = with_rows.to_pylist(maps_as_pydicts="strict")
    assert (found["tags"], found["destination_address"], found["r"]) == ({"a": "b"}, ["+1", "+2"], {"n": 1, "t": "x"})


def test_columns_of_one_name_are_told_apart(data: Path) -> None:
    assert answer(data, "SELECT 1 AS n, 2 AS n, 3 AS n_2") == [{"n": 1, "n_2": 2, "n_2_2": 3}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["SELECT 1", "--out", "answer.txt"], "ends in none of .json, .csv, .parquet"),
        (["SELECT 1", "--out", "answer.csv", "--format", "chart"], "a chart is for the terminal"),
        (["SELECT 1", "--out", "nowhere/answer.csv"], "there is no folder nowhere; make it first"),
        (["SELECT 1 AS a", "-p", "n"], "'n' is not NAME=VALUE"),
        (["SELECT 1 AS a", "-p", "n:text=1"], "'n:text=1' is not NAME=VALUE"),
        (["SHOW TABLES", "--explain"], "nothing to explain"),
    ],
)
def test_a_wrong_option_is_named(data: Path, words: list[str], message: str) -> None:
    assert message in refused(data, *words, status=2)


def test_control_characters_of_a_customer_are_made_visible(data: Path) -> None:
    assert "\\x1b[2J" in query(data, "SELECT status_message FROM events WHERE event_id = '3'").stdout


# ── hostile and mistaken input ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "value", ["'", "''", "'; DROP TABLE events; --", "x' OR '1'='1", "\\'", '"', ";", "\x00", "%", ":name", "$1", "{x}"]
)
def test_a_hostile_value_is_a_value(data: Path, value: str) -> None:
    sql = "SELECT :value AS value, (SELECT count(*) FROM events WHERE channel = :value) AS n"
    assert answer(data, sql, "-p", f"value={value}") == [{"value": value, "n": 0}]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1; DROP TABLE events", "one statement is expected, there are 2. Nothing was run."),
        ("DROP TABLE events", "only questions are run: SELECT, or WITH … SELECT. Nothing was run."),
        ("DELETE FROM events", "only questions are run: SELECT, or WITH … SELECT. Nothing was run."),
        ("COPY events TO '/tmp/x'", "only questions are run: SELECT, or WITH … SELECT. Nothing was run."),
        ("SELECT 'x", "a quoted text or name, or a comment, is not closed"),
        ("WITH x AS (DELETE FROM events) SELECT 1", "only questions are run"),
        ("SELECT * FROM read_csv('/etc/passwd')", "there is no table or view read_csv"),
        ("SELECT * FROM '/etc/passwd'", ""),
        ("SELECT 1 / 0", "division"),
        ("SELECT CAST('x' AS bigint)", "x"),
    ],
)
def test_what_must_not_run_does_not(data: Path, sql: str, message: str) -> None:
    assert message.lower() in refused(data, sql).lower()


def test_an_error_stands_below_the_analysts_own_line(data: Path) -> None:
    shown = refused(data, "SELECT\n\tchannel,\n\tnmae\nFROM events")
    assert shown.startswith("Error: line 3, column 2: there is no column nmae. There are: account_id, ")
    assert shown.splitlines()[1:] == ["  \\tnmae", "    ^"]


def test_a_missing_table_is_named_with_those_there_are(data: Path) -> None:
    shown = refused(data, "SELECT count(*) FROM evnts")
    assert "line 1, column 22: there is no table or view evnts. There are: conversation_log, " in shown


def test_a_name_nearly_right_is_suggested(data: Path) -> None:
    assert refused(data, "delivery_by_trun").endswith("Did you mean delivery_by_turn or delivery_by_carrier?")
    assert "lists what there is to ask" in refused(data, "xyzzy")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["unanswered", "-p", "from_hour=yesterday"], "from_hour is not an hour: 'yesterday'. Write it as 2026/07/01"),
        (["unanswered", "-p", "from_hour=2026/07/01/00' OR '1'='1"], "from_hour is not an hour"),
        (["unanswered", "-p", "since=2026/07/01/00"], "no parameter since. Its parameters: from_hour, until_hour."),
        (["message_history"], "the parameter message_id has no value. Give one: -p message_id=…"),
        (["SELECT :n + 1 AS n"], "the parameter n has no value. Give one: -p n=…"),
        (["SELECT :n + 1 AS n", "-p", "n:bigint=1.5"], "the parameter n is not a bigint: '1.5'"),
    ],
)
def test_a_parameter_that_does_not_fit_says_why(data: Path, words: list[str], message: str) -> None:
    assert message in refused(data, *words)


# ── athena ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A workgroup, and the queue of answers it will give."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        backend = athena_backends["123456789012"]["eu-west-1"]
        backend.create_work_group("parley", {"ResultConfiguration": {"OutputLocation": "s3://results/"}}, "", [])
        yield backend


def test_athena_answers_and_says_what_it_cost(data: Path, athena: Any) -> None:
    cells = [{"Data": [{"VarCharValue": "n"}]}, {"Data": [{"VarCharValue": "3"}]}]
    athena.query_results_queue.append(QueryResults(cells, [{"Name": "n", "Type": "bigint"}]))
    result = query(data, "SELECT count(*) AS n FROM events", "--engine", "athena", "--format", "json")
    assert json.loads(result.stdout) == [{"n": 3}]
    assert "MB scanned, $0.0000" in result.stderr


def test_without_credentials_or_region_the_message_says_what_is_missing(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    needs = "Asking Athena needs AWS credentials and a region."
    assert needs in refused(data, "SELECT 1 AS n", "--engine", "athena")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert f"Unable to locate credentials. {needs}" in refused(data, "SELECT 1 AS n", "--engine", "athena")


def test_a_disk_that_is_full_is_told_as_such(data: Path) -> None:
    """/dev/full takes nothing, as a full disk; where a system has none, there is nothing to try."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    assert "/dev/full cannot be written: No space left on device" in refused(
        data, "SELECT 1 AS a", "--out", "/dev/full", "--format", "csv"
    )
