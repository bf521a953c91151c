"""`parley report`: one page about a period, whole in itself, that says what it could not find out."""

import base64
import hashlib
import itertools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser, LexborNode

from infra.cli.commands import report as command
from infra.cli.main import parley
from infra.local.deployment import Deployment
from infra.operating.embedded import Embedded
from infra.operating.report.answered import Answered, answer
from infra.operating.report.outline import OUTLINE
from infra.operating.report.page import render
from infra.operating.report.period import Period, period
from orchestrator.settings import Settings
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS, Value
from queries.engines.cost import AthenaResult
from queries.engines.duckdb import DuckDbEngine
from queries.result import Cell, Column
from queries.result import Result as Answer
from tests.lake_rows import HOUR, row, write

pytestmark = pytest.mark.slow

SHIPPED = Catalogue.shipped()
HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e&amp;\"'"
Given: TypeAlias = dict[str, Any]
AT = int(HOUR.timestamp() * 1000)
DAY = ("--from", "2026-07-01", "--until", "2026-07-02")


class Fixed(DuckDbEngine):
    """An engine with one answer to everything."""

    def __init__(self, given: Answer) -> None:
        super().__init__(Path())
        self._given = given

    def query(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> Answer:
        return self._given


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A lake in which every text that a customer, or whoever writes to us, can choose is hostile."""
    common: Given = {
        "channel": "email",
        "occurred_at": AT,
        "received_at": AT,
        "direction": "outbound",
        "message_id": "m1",
    }
    steps: list[Given] = [
        {"type": "Send", "status": "Send", "delivery_status": "sent", "tags": {"campaign": HOSTILE}},
        {"type": "Bounce", "status": "Bounce", "delivery_status": "failed", "status_code": HOSTILE},
    ]
    events = [row("events", **(common | step), event_id=str(number)) for number, step in enumerate(steps)]
    said: Given = {"conversation_id": "c", "turn_id": "t", "channel": "text", "occurred_at": AT, "received_at": AT}
    turns = [
        row("conversations", **said, event_id="1", direction="inbound", message=HOSTILE, sending_address=HOSTILE),
        row("conversations", **said, event_id="2", direction="outbound", source="handoff", tags={"reason": HOSTILE}),
    ]
    write(tmp_path / "lake", "events", events)
    write(tmp_path / "lake", "conversations", turns)
    return tmp_path


def report(data: Path, *words: str, status: int = 0) -> tuple[Result, LexborHTMLParser]:
    out = data / "report.html"
    result = CliRunner().invoke(parley, ["--data", str(data), "report", "--out", str(out), *words])
    assert result.exit_code == status, result.output
    return result, LexborHTMLParser(out.read_text(encoding="utf-8"))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    (found,) = page.css(selector)
    return found


def page_of(answers: Mapping[str, Answered]) -> LexborHTMLParser:
    hours = Period(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))
    return LexborHTMLParser(render(answers, hours, HOUR))


# ── what it tells ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_question_that_needs_nothing_but_a_period_has_its_place() -> None:
    reports = [entry for entry in SHIPPED.entries.values() if entry.kind == "report"]
    needing_no_more = {entry.name for entry in reports if all(each.default is not None for each in entry.parameters)}
    placed = [name for chapter in OUTLINE for name in chapter.questions]
    assert sorted(placed) == sorted(needing_no_more)


def test_it_says_where_the_page_is_and_the_page_what_it_is_about(data: Path) -> None:
    result, page = report(data, *DAY)
    assert result.stdout == f"1 July 2026, UTC: {len(page.css('article'))} questions in {data / 'report.html'}\n"
    assert one(page, "h1").text() == "1 July 2026, UTC"
    assert one(page, "head > title").text() == "Parley report, 1 July 2026, UTC"


def test_the_numbers_at_the_top_are_those_below(data: Path) -> None:
    _, page = report(data, *DAY)
    tiles = {one(tile, "dt").text(): one(tile, ".number").text() for tile in page.css(".glance > div")}
    assert tiles["Messages sent"] == "1"
    assert tiles["Questions answered"] == "0 %"
    for link in page.css(".glance a, nav a"):
        assert page.css_first(str(link.attributes["href"])) is not None


def test_an_empty_period_says_so_and_where_to_look(data: Path) -> None:
    result, page = report(data, "--until", "2026-06-01")
    assert "Nothing happened in this period" in one(page, "main").text()
    told = f"2026/07/01/13 and 2026/07/01/13: parley --data {data} report --from 2026-07-01 --until 2026-07-02"
    assert told in one(page, ".empty").text()
    assert told in result.stderr
    assert "between 2026/07/01/13" in result.stderr
    assert {each.text() for each in page.css("article > .nothing")} == {"No rows in this period."}
    assert len(page.css("article > .nothing")) == len(page.css("article"))


def test_a_lake_that_is_not_there_yet_gives_a_page(tmp_path: Path) -> None:
    Deployment(tmp_path, Settings()).close()
    _, page = report(tmp_path)
    assert "It has no events at all." in one(page, ".empty").text()


def test_a_question_that_fails_costs_no_other_its_place(data: Path) -> None:
    (data / "lake/rejected/2026/07/01/13").mkdir(parents=True)
    (data / "lake/rejected/2026/07/01/13/broken.parquet").write_bytes(b"<b>no Parquet</b>")
    result, page = report(data, *DAY, status=1)
    assert result.stderr.startswith("rejected_by_reason: ")
    assert one(page, "#rejected_by_reason .problem").text() in one(page, ".problem h2 + ul").text()
    assert len(page.css("article .problem")) == 1
    assert one(page, "#unanswered table tbody tr").text()


def test_what_went_wrong_drives_no_terminal(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "answer", lambda _engine, entry, _period: Answered(entry, problem=HOSTILE))
    result, _ = report(data, *DAY, status=1)
    assert "\\x1b[2J\\u202e" in result.stderr
    assert not {"\x1b", "\u202e"} & {*result.stderr}


def test_a_chart_that_cannot_be_drawn_leaves_the_table() -> None:
    entry = SHIPPED.entries["answers_by_source"]
    columns = tuple(Column(name, "varchar") for name in entry.columns)

    words = Fixed(Answer(columns, (tuple("word" for _ in columns),)))
    page = page_of({entry.name: answer(words, entry, Period(HOUR, HOUR))})
    assert "There is no chart: turns is not a number in every row: word." in one(page, "article > .problem").text()
    assert {each.text() for each in page.css("td.text")} == {"word"}
    assert page.css("figure") == []


def test_what_athena_charges_for_the_whole_page_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    charged = AthenaResult((Column("n", "bigint"),), (), "e-1", bytes_scanned=1024**2, reused=False, us_dollars=0.00005)
    monkeypatch.setattr(Embedded, "engine", lambda *_: Fixed(charged))
    monkeypatch.setattr(command, "_hint", lambda _: "")
    result, page = report(data, *DAY)
    questions = len(page.css("article"))
    assert result.stderr == f"{questions}.0 MB scanned, ${questions * 0.00005:.6f}\n"


# ── what the period is ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_period_is_by_default_the_last_seven_days_with_this_hour() -> None:
    now = datetime(2026, 7, 8, 13, 45, tzinfo=UTC)
    found = period(None, None, now)
    assert found.parameters == {"from_hour": "2026/07/01/14", "until_hour": "2026/07/08/14"}
    assert found.words == "1 July 2026 14:00 to 8 July 2026 14:00, UTC"


@pytest.mark.parametrize(
    ("first", "until", "words"),
    [
        ("2026-07-01", "2026-07-02", "1 July 2026, UTC"),
        ("2026-07-01", "2026-08-01", "1 to 31 July 2026, UTC"),
        ("2026-06-29", "2026-07-06", "29 June 2026 to 5 July 2026, UTC"),
    ],
)
def test_a_period_of_days_is_named_by_its_first_and_its_last(first: str, until: str, words: str) -> None:
    found = period(datetime.fromisoformat(first), datetime.fromisoformat(until), HOUR)
    assert found.words == words


@pytest.mark.parametrize(("first", "until"), [("0999-01-01", "0999-01-02"), ("1969-12-31", None), (None, "0001-01-01")])
def test_a_period_before_all_lakes_is_refused(first: str | None, until: str | None) -> None:
    begin, end = (datetime.fromisoformat(each) if each else None for each in (first, until))
    with pytest.raises(ValueError, match="the period would"):
        period(begin, end, HOUR)


def test_a_period_that_ends_before_it_begins_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    words = ["report", "--from", "2026-07-02", "--until", "2026-07-02", "--out", str(tmp_path / "out.html")]
    result = CliRunner().invoke(parley, ["--data", str(tmp_path), *words])
    assert result.exit_code == 2
    assert "before it begins" in result.output
    assert not (tmp_path / "out.html").exists()


# ── what it is made of ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_people_write_is_text_and_nothing_else(data: Path) -> None:
    _, page = report(data, *DAY)
    source = (data / "report.html").read_text(encoding="utf-8")
    assert page.css("script, img, iframe, object, embed, form, base, [onerror], [style]") == []
    assert "<script" not in source
    assert "<img" not in source
    assert "</title></style><script>alert(1)</script>" in page.css("#unanswered td.long bdi")[0].text()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", source)
    assert "\\x1b[2J\\u202e&amp;\"'" in one(page, "#unanswered").text()


def test_the_page_fetches_nothing_and_its_policy_allows_nothing_but_its_own_style(data: Path) -> None:
    _, page = report(data, *DAY)
    policy = one(page, 'meta[http-equiv="Content-Security-Policy"]').attributes["content"]
    digest = base64.b64encode(hashlib.sha256(one(page, "style").text().encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page.css("link, [src], [data], [srcset]") == []
    assert all(str(link.attributes["href"]).startswith("#") for link in page.css("[href]"))
    assert "url(" not in one(page, "style").text()
    assert "@import" not in one(page, "style").text()


def test_every_picture_has_a_title_a_description_and_its_table(data: Path) -> None:
    _, page = report(data, *DAY)
    pictures = page.css("figure > svg")
    assert len(pictures) > 5
    ids = [each.attributes["id"] for each in page.css("[id]")]
    assert len(ids) == len(set(ids))
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        labels = str(picture.attributes["aria-labelledby"]).split()
        assert [one(page, f"#{label}").tag for label in labels] == ["title", "desc"]
        assert all(one(page, f"#{label}").text() for label in labels)
    for article in page.css("article:has(figure)"):
        assert one(article, "table caption").text() == one(article, "h3").text()


def test_headings_are_in_order_and_the_page_has_its_landmarks(data: Path) -> None:
    _, page = report(data, *DAY)
    levels = [int(str(each.tag)[1]) for each in page.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert one(page, "html").attributes["lang"] == "en"
    for landmark in ("header", "nav[aria-label]", "main", "footer"):
        one(page, landmark)
    assert all(each.attributes.get("scope") == "col" for each in page.css("th"))
    assert all(each.attributes["tabindex"] == "0" and each.attributes["aria-label"] for each in page.css(".scroll"))


def test_a_long_chart_of_lines_has_a_row_for_each_of_its_places() -> None:
    entry = SHIPPED.entries["volume_by_hour"]
    moments = [datetime(2026, 7, 1 + hour // 24, hour % 24, tzinfo=UTC) for hour in range(0, 96, 2)]
    rows: list[tuple[Cell, ...]] = [
        (moment, channel, 1200, 1, 1, 0) for moment in moments for channel in ("text", "email")
    ]
    given = Answer(tuple(Column(name, "bigint") for name in entry.columns), tuple(rows))

    page = page_of({entry.name: answer(Fixed(given), entry, Period(HOUR, HOUR))})
    assert len(page.css("tbody tr")) == 95
    assert [each.text() for each in page.css("th bdi")] == [
        *("time", "email received", "text received", "email sent", "text sent")
    ]
    assert [each.text() for each in page.css("tbody tr:first-child td")] == ["2026-07-01", "1,200", "1,200", "1", "1"]


def test_a_report_of_the_shipped_questions_reads_files_of_its_period_only(data: Path) -> None:
    """What lies outside is not counted: the same lake, an hour later."""
    hours = Period(datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))
    engine = DuckDbEngine(data / "lake")
    assert answer(engine, SHIPPED.entries["unanswered"], hours).result.rows == ()
