"""The AWS Engagement Database sample's own statements, unchanged, against results that were worked out by hand.

They are not in this repository. `PARLEY_ENGAGEMENTDB` names a clone of theirs: docs/compatibility.md. What they give on
the small lake of tests/queries/compat is in its folder `expected`: every value that is not NULL, or, of the question
that asks for all columns, three of them.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from queries.compatibility.tables import DATABASE
from queries.compatibility.views import ViewFolder
from queries.engines.duckdb import DuckDbEngine
from queries.result import Result
from tests.queries.cases import FOLDER, SampleQuestion, arrivals, shown, stored, write_lake

NOW = datetime(2026, 7, 2, tzinfo=UTC)
EXPECTED = FOLDER / "compat" / "expected"
VIEWS = "cdk-stacks/lib/lambdas/handlers/node/createViews.mjs"
_BLOCK = re.DOTALL | re.MULTILINE
CLONE = os.environ.get("PARLEY_ENGAGEMENTDB", "")

pytestmark = pytest.mark.skipif(not CLONE, reason="PARLEY_ENGAGEMENTDB names no clone of the AWS sample")


def view_statements() -> list[str]:
    """Each text of the file's array of views, in the order in which they are made."""
    texts = re.findall(r"`([^`]*)`", (Path(CLONE) / VIEWS).read_text(encoding="utf-8"))
    return [text for text in texts if text.lstrip().startswith("CREATE")]


def view_name(statement: str) -> str:
    found = re.search(r'VIEW (?:"[\w-]+"\.)?"?(\w+)', statement)
    assert found, statement
    return found[1]


def sample_queries() -> dict[str, str]:
    """Each SQL block of their README by the heading it stands under."""
    readme = (Path(CLONE) / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^#+ ", readme, flags=re.MULTILINE)
    found = [(section.partition("\n")[0], re.search(r"^```sql\n(.*?)^```", section, _BLOCK)) for section in sections]
    return {re.sub(r"\W+", "-", title.strip().lower()): block[1] for title, block in found if block}


def read(name: str) -> list[dict[str, object]]:
    return msgspec.json.decode((EXPECTED / f"{name}.json").read_bytes(), type=SampleQuestion).rows


def rows(result: Result) -> list[dict[str, object]]:
    return [
        {name: shown(cell) for name, cell in zip(result.column_names, cells, strict=True) if cell is not None}
        for cells in result.rows
    ]


def in_any_order(given: list[dict[str, object]]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in given)


@pytest.fixture
def engine(tmp_path: Path) -> DuckDbEngine:
    write_lake(tmp_path / "lake", stored(arrivals("compat")))
    return DuckDbEngine(tmp_path / "lake", now=lambda: NOW, views=ViewFolder(tmp_path / "views"))


def test_there_are_eleven_views_and_seven_queries() -> None:
    assert len({view_name(statement) for statement in view_statements()}) == 11
    assert len(sample_queries()) == 7
    names = {view_name(statement) for statement in view_statements()} | sample_queries().keys()
    assert names == {path.stem for path in EXPECTED.glob("*.json")}


@pytest.mark.parametrize("name", sorted({view_name(statement) for statement in view_statements()}) if CLONE else [])
def test_a_view_of_theirs_gives_what_was_worked_out_by_hand(engine: DuckDbEngine, name: str) -> None:
    for statement in view_statements():
        engine.query(statement)
    answer = engine.query(f'SELECT * FROM "{DATABASE}"."{name}"')  # noqa: S608  # a word of theirs
    assert in_any_order(rows(answer)) == in_any_order(read(name))


@pytest.mark.parametrize("name", sample_queries() if CLONE else [])
def test_a_query_of_theirs_gives_what_was_worked_out_by_hand(engine: DuckDbEngine, name: str) -> None:
    expected = read(name)
    answer = [{column: row[column] for column in expected[0]} for row in rows(engine.query(sample_queries()[name]))]
    assert answer == expected
