"""From a drawing to what is seen of it: marks, a picture, a sentence, a table."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args
from xml.etree.ElementTree import Element, fromstring

import pytest

from infra.operating.report.marks import MOST_GROUPS, MOST_SERIES, BarChart, LineChart, marks
from infra.operating.report.svg import svg
from infra.operating.report.tables import MOST_ROWS, table
from infra.operating.report.texts import cut, visible
from infra.operating.report.words import described
from queries.catalogue.chart import ChartKind
from queries.charts.values import Drawing, Series
from queries.result import Cell, Column, Result

DAYS = ("2026-07-01", "2026-07-02", "2026-07-03")


def bars(drawing: Drawing) -> BarChart:
    made = marks(drawing)
    assert isinstance(made, BarChart)
    return made


def lines(drawing: Drawing) -> LineChart:
    made = marks(drawing)
    assert isinstance(made, LineChart)
    return made


def picture(drawing: Drawing) -> Element:
    return fromstring(str(svg(marks(drawing), "name", "Title", "Description")))  # noqa: S314 - it is our own


def cells(type_: str, meaning: str, *values: Cell) -> list[str]:
    result = Result((Column("name", type_),), tuple((value,) for value in values))
    return [text for (text,) in table(result, {"name": meaning}).rows]


# ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bars_are_parts_of_the_longest() -> None:
    (first, second) = bars(Drawing("bar", "", ("a", "b"), (Series("n", (50, 200)),))).groups
    assert [(bar.length, bar.text, bar.name) for bar in (*first.bars, *second.bars)] == [
        (0.25, "50", ""),
        (1, "200", ""),
    ]


def test_a_channel_has_one_colour_in_every_picture() -> None:
    """Whichever others are there, as a line or a bar, and under its name in events or in conversations."""

    def colours(kind: ChartKind, *names: str) -> dict[str, int]:
        drawing = Drawing(kind, "", DAYS, tuple(Series(name, (1, 2, 3)) for name in names))
        made = marks(drawing)
        found = made.lines if isinstance(made, LineChart) else made.groups[0].bars
        return {each.name: each.style for each in found}

    everywhere = colours("line", "email", "media", "text", "voice", "whatsapp")
    assert len(set(everywhere.values())) == 5
    for kind in get_args(ChartKind):
        assert colours(kind, "text", "whatsapp").items() <= everywhere.items()
        assert colours(kind, "email", "sms", "whatsapp")["sms"] == everywhere["text"]
        mixed = colours(kind, "(none)", "email", "sms", "other", "whatsapp")
        assert len(set(mixed.values())) == 5
        assert mixed["whatsapp"] == everywhere["whatsapp"]


def test_a_bar_of_several_series_has_its_name_and_none_where_there_is_no_value() -> None:
    (group,) = bars(Drawing("bar", "", ("a",), (Series("x", (None,)), Series("y", (0.5,))), "0 to 1")).groups
    assert [(bar.name, bar.style, bar.text) for bar in group.bars] == [("y", 1, "50 %")]


def test_bars_and_series_that_find_no_room_are_counted() -> None:
    places = tuple(str(number) for number in range(100))
    many = bars(Drawing("bar", "", places, (Series("n", (1,) * 100),)))
    assert (len(many.groups), many.left_out) == (MOST_GROUPS, f"the first {MOST_GROUPS} of 100")
    series = tuple(Series(str(number), (number, number)) for number in range(9))
    few = lines(Drawing("line", "", DAYS[:2], series))
    assert [line.name for line in few.lines] == ["3", "4", "5", "6", "7", "8"]
    assert few.left_out == f"the {MOST_SERIES} largest of 9 series"


def test_lines_lie_between_the_round_numbers_of_their_axis_and_break_where_nothing_is() -> None:
    made = lines(Drawing("line", "", DAYS, (Series("n", (5, None, 15)),)))
    assert [tick.text for tick in made.up] == ["0", "5", "10", "15"]
    assert [[(point.x, point.y) for point in run] for run in made.lines[0].runs] == [
        [(0, pytest.approx(1 / 3))],
        [(1, 1)],
    ]


def test_days_have_names_without_their_year_and_every_other_can_be_left_out() -> None:
    made = lines(Drawing("line", "", DAYS, (Series("n", (1, 2, 3)),)))
    assert [(tick.text, tick.minor) for tick in made.across] == [("1 Jul", False), ("2 Jul", True), ("3 Jul", False)]


def test_many_hours_are_named_by_their_days_and_few_by_themselves() -> None:
    hours = [f"2026-07-{1 + hour // 24:02} {hour % 24:02}:00".removesuffix(" 00:00") for hour in range(96)]
    many = lines(Drawing("line", "", tuple(hours), (Series("n", (1,) * 96),)))
    few = lines(Drawing("line", "", tuple(hours[1:4]), (Series("n", (1, 2, 3)),)))
    assert [tick.text for tick in many.across] == ["1 Jul", "2 Jul", "3 Jul", "4 Jul"]
    assert [tick.text for tick in few.across] == ["01:00", "02:00", "03:00"]
    assert (many.dotted, few.dotted) == (False, True)


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_picture_of_bars_has_their_names_numbers_and_colours() -> None:
    found = picture(Drawing("bar", "", ("a",), (Series("x", (1,)), Series("y", (2,)))))
    assert [each.text for each in found.iter("tspan")] == ["1", "x", "2", "y"]
    assert [(each.get("class"), each.get("width")) for each in found.iter("rect")] == [
        ("s0", "50.00%"),
        ("s1", "100.00%"),
    ]


def test_a_point_without_a_neighbour_has_a_dot_also_among_many() -> None:
    values = (1.0, None, *(2.0 for _ in range(50)))
    places = tuple(str(number) for number in range(len(values)))
    found = picture(Drawing("line", "", places, (Series("n", values),)))
    assert [each.findtext("title") for each in found.iter("circle")] == ["0, n: 1"]
    assert len(list(found.iter("polyline"))) == 2


def test_hostile_names_are_text_in_a_picture() -> None:
    hostile = '</text><script>x</script>"&\x00'
    found = picture(Drawing("bar", "", (hostile,), (Series(hostile, (1,)), Series("y", (1,)))))
    assert list(found.iter("script")) == []
    assert found.findtext("text") == '</text><script>x</script>"&\\x00'


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sentence_says_what_is_largest_and_smallest_and_where() -> None:
    counts = Drawing("line", "", DAYS, (Series("text", (1, 5, 3)),), counts=True)
    assert described(counts) == (
        "Lines, 2026-07-01 to 2026-07-03. text: 9 in all; most 5 (2026-07-02), least 1 (2026-07-01)."
    )
    shares = Drawing("bar", "", ("a", "b"), (Series("rate", (0.5, 0.25)), Series("none", (None, None))), "0 to 1")
    assert described(shares) == "Bars, 2 places. rate: most 50 % (a), least 25 % (b). none: nothing."


def test_letters_that_turn_text_around_are_shown_and_emoji_are_whole() -> None:
    assert visible("a\u202eb\x1b\x9b\ud800") == "a\\u202eb\\x1b\\x9b\\ud800"
    assert visible("two\nlines 👩\u200d💻 ñ مرحبا") == "two\nlines 👩\u200d💻 ñ مرحبا"


def test_what_is_cut_is_as_wide_as_there_is_room() -> None:
    assert cut("x" * 38) == "x" * 38
    assert cut("x" * 39) == "x" * 37 + "…"
    assert cut("灯" * 10, 10) == "灯" * 4 + "…"


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("meaning", "values", "texts"),
    [
        ("messages", (1234567, 0, None), ["1,234,567", "0", "–"]),
        ("delivered of sent; 0 to 1", (0.95238, 0.0, 1.0), ["95.2", "0.0", "100.0"]),
        ("complaints of delivered; 0 to 1", (0.00123, 0.0), ["0.123", "0.000"]),
        ("what these cost; US dollars", (Decimal("1234.5"), Decimal(0)), ["1,234.50", "0.00"]),
        ("what these cost; US dollars", (0.0074, 1.5), ["0.0074", "1.5000"]),
        ("turns these had", (2.125, 3.0), ["2.1", "3.0"]),
        ("when; UTC", (datetime(2026, 7, 1, 13, 5, tzinfo=UTC), None), ["2026-07-01 13:05", "–"]),
        ("the day, UTC", (date(2026, 7, 1),), ["2026-07-01"]),
        ("anything", (True, {"a": 1}, ["b"], "c\x1b"), ["yes", '{"a":1}', '["b"]', "c\\x1b"]),
    ],
)
def test_cells_of_a_column_are_written_alike(meaning: str, values: tuple[Cell, ...], texts: list[str]) -> None:
    assert cells("", meaning, *values) == texts


def test_a_long_answer_is_cut_and_counted() -> None:
    result = Result((Column("n", "bigint"),), tuple((number,) for number in range(MOST_ROWS + 1)))
    made = table(result, {})
    assert (len(made.rows), made.total) == (MOST_ROWS, MOST_ROWS + 1)


def test_a_heading_says_its_unit_once() -> None:
    result = Result((Column("median_ms", "bigint"), Column("asked_at", "")), ((1, datetime(2026, 7, 1, tzinfo=UTC)),))
    headings = table(result, {"median_ms": "half took no longer; milliseconds"}).headings
    assert [(each.name, each.unit, each.kind) for each in headings] == [
        ("median", "ms", "number"),
        ("asked at", "UTC", "time"),
    ]


def test_no_figure_depends_on_the_viewers_width() -> None:
    """Places across are per cents: a picture is as wide as there is room, and its texts are not scaled."""
    for drawing in (
        Drawing("bar", "", ("a",), (Series("x", (1,)), Series("y", (2,)))),
        Drawing("line", "", DAYS, (Series("n", (1, 2, 3)),)),
    ):
        for each in picture(drawing).iter():
            for name in ("x", "x1", "x2", "cx", "width"):
                assert re.fullmatch(r"0|[\d.]+%", each.get(name, "0"))
