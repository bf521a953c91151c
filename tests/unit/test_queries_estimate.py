"""What a question would read is told from the files' footers: its columns, in the files of its hours."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from queries.engines.duckdb import DuckDbEngine
from tests.lake_rows import HOUR, row, write


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Three hours, a file each."""
    for hours in range(3):
        rows = [
            row("events", event_id=f"{hours} {number}", channel="text", raw_event="x" * number) for number in range(50)
        ]
        write(tmp_path, "events", rows, HOUR + timedelta(hours=hours))
    return tmp_path


def size(lake: Path, *columns: str, hours: range = range(3)) -> int:
    paths = sorted(lake.glob("events/*/*/*/*/*.parquet"))
    groups = [pq.read_metadata(paths[hour]).row_group(0) for hour in hours]
    chunks = [group.column(index) for group in groups for index in range(group.num_columns)]
    return sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema.split(".")[0] in columns)


@pytest.mark.parametrize(
    ("sql", "columns", "hours"),
    [
        ("SELECT channel FROM events", ("channel",), range(3)),
        ("SELECT channel FROM events WHERE hour >= '2026/07/01/14'", ("channel",), range(1, 3)),
        (
            "SELECT channel FROM events WHERE hour < '2026/07/01/14' AND event_id <> ''",
            ("channel", "event_id"),
            range(1),
        ),
        ("SELECT max(raw_event) FROM events WHERE hour = '2026/07/01/14'", ("raw_event",), range(1, 2)),
        ("SELECT channel FROM events WHERE substr(hour, 1, 4) = '2025'", ("channel",), range(3)),
        (
            "SELECT tags['a'] FROM events WHERE hour >= date_format(date '2026-07-02', '%Y/%m/%d/%H')",
            ("tags",),
            range(0),
        ),
        ("SELECT count(*) FROM events", (), range(3)),
        ("SELECT 1 AS one", (), range(3)),
    ],
)
def test_the_columns_of_the_hours_that_are_asked_for_are_counted(
    lake: Path, sql: str, columns: tuple[str, ...], hours: range
) -> None:
    assert DuckDbEngine(lake).bytes_read(sql) == size(lake, *columns, hours=hours)


def test_a_star_reads_every_column_and_a_view_what_it_needs(lake: Path) -> None:
    engine = DuckDbEngine(lake)
    whole = engine.bytes_read("SELECT * FROM events")
    assert whole > 10 * engine.bytes_read("SELECT channel FROM events")
    assert 0 < engine.bytes_read("sms_cost_by_country") < whole
    assert engine.bytes_read("sms_cost_by_country", {"from_hour": "2027/01/01/00"}) == 0
