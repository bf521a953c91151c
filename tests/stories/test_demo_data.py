"""Made-up weeks, through the real hub and transformer: believable, whole, and the same for the same seed."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import parley
from infra.local.deployment import Deployment, alone
from orchestrator.settings import Settings
from queries.engines.duckdb import DuckDbEngine
from transformer.schema import TABLES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo data")]

# Monday to Friday: a campaign of every kind.
WORDS = ["demo-data", "--days", "5", "--turns-per-day", "120", "--until", "2026-06-27"]


def demo(data: Path, *words: str) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), *WORDS, *words])


def rows(data: Path, sql: str) -> Any:
    return DuckDbEngine(data / "lake").query(sql).rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    result = demo(folder, "--seed", "7")
    assert result.exit_code == 0, result.output
    assert "turns a second" in result.stdout
    return folder


def test_the_same_seed_gives_the_same_rows_in_another_process(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.cli.main", "--data", str(tmp_path / "again"), *WORDS, "--seed", "7"]
    root = Path(__file__).parents[2]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "4242"}, cwd=root, capture_output=True)
    for table in TABLES:
        first, again = (Counter(map(repr, rows(folder, table))) for folder in (data, tmp_path / "again"))
        assert first == again
        assert first


def test_another_seed_gives_other_rows(data: Path, tmp_path: Path) -> None:
    assert demo(tmp_path, "--seed", "8", "--days", "1", "--turns-per-day", "20").exit_code == 0
    other = {event_id for (event_id,) in rows(tmp_path, "SELECT event_id FROM events")}
    assert other.isdisjoint(event_id for (event_id,) in rows(data, "SELECT event_id FROM events"))


def test_every_turn_is_finished_and_in_the_lake(data: Path) -> None:
    with Deployment(data, Settings()) as deployment:
        counts = deployment.store.conversations.counts()
        assert (counts["waiting"], counts["unfinished"]) == (0, 0)
        assert (deployment.queue.waiting(), deployment.queue.dead(), deployment.journal.batches()) == (0, 0, [])
    assert 550 <= counts["turns"] <= 700
    assert rows(data, "SELECT count(DISTINCT turn_id), count(*) FROM conversations WHERE direction = 'outbound'") == (
        (counts["turns"], counts["turns"]),
    )
    assert rows(data, "SELECT count(*) FROM conversations WHERE direction = 'inbound'") == ((counts["messages"],),)


def test_rows_lie_in_the_hour_of_their_arrival_all_around_the_clock(data: Path) -> None:
    arrived = "SELECT hour, date_format(from_unixtime(received_at / 1e3), '%Y/%m/%d/%H') FROM events"
    assert [row for row in rows(data, arrived) if row[0] != row[1]] == []
    ((hours, first, last),) = rows(data, "SELECT count(DISTINCT hour), min(hour), max(hour) FROM events")
    assert hours > 5 * 20
    assert first.startswith("2026/06/22/")
    assert last >= "2026/06/26/20"


def test_events_come_twice_and_late(data: Path) -> None:
    ((events, once, latest_ms),) = rows(
        data, "SELECT count(*), count(DISTINCT event_id), max(received_at - occurred_at) FROM events"
    )
    assert 0.01 < (events - once) / once < 0.04
    assert latest_ms > 12 * 3600 * 1000


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("channel FROM events", {"text", "media", "voice", "email", "whatsapp"}),
        ("channel FROM conversations", {"text", "email", "whatsapp"}),
        ("organization_id FROM conversations", {"lumen-lamps", "casa-lumen", "lumen-trade"}),
        ("account_id FROM conversations", {"111122223333", "444455556666"}),
        ("element_at(tags, 'language') FROM conversations WHERE direction = 'outbound'", {"en", "es"}),
        ("source FROM conversations", {"", "documents", "language_model", "handoff", "apology", "consent"}),
        ("iso_country_code FROM events WHERE channel = 'text'", {"", "US", "CA", "PR", "DO", "GB"}),
    ],
)
def test_the_lake_is_as_varied_as_life(data: Path, what: str, expected: set[str]) -> None:
    assert {value for (value,) in rows(data, f"SELECT DISTINCT {what}")} == expected


@pytest.mark.parametrize(
    "condition",
    [
        "channel = 'email' AND status = 'Click' AND element_at(tags, 'campaign') <> ''",
        "channel = 'email' AND delivery_status IN ('failed', 'delayed')",
        "channel = 'email' AND status = 'ignored'",
        "channel = 'text' AND delivery_status = 'failed'",
        "channel = 'whatsapp' AND delivery_status = 'failed' AND status_code <> ''",
        "channel = 'whatsapp' AND delivery_status = 'read' AND turn_id <> ''",
        "channel = 'media' AND delivery_status = 'delivered'",
        "channel = 'voice' AND status = 'VOICE_COMPLETED'",
        "status = 'opted_out'",
    ],
)
def test_things_go_well_and_badly(data: Path, condition: str) -> None:
    assert rows(data, f"SELECT 1 FROM events WHERE {condition} LIMIT 1") == ((1,),)  # noqa: S608 - from above


def test_a_folder_in_use_is_left_alone(data: Path) -> None:
    before = rows(data, "SELECT count(*) FROM events")
    result = demo(data)
    assert result.exit_code == 1
    assert "is in use already; name a new folder" in result.stderr
    assert rows(data, "SELECT count(*) FROM events") == before


def test_a_folder_that_a_server_is_about_to_fill_is_left_alone(tmp_path: Path) -> None:
    with alone(tmp_path):
        assert "is in use already" in demo(tmp_path).stderr
    assert not (tmp_path / "parley.sqlite3").exists()
