"""What a chart shows of a result, and how it looks in a terminal."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from infra.local.terminal_chart import MOST_BARS, show
from queries.chart import Chart
from queries.charts import ChartError, Drawing, Series, draw, guess_chart, shown
from queries.result import Cell, Column, Result

SENT = Chart("bar", "channel", ("sent", "failed"))


def result(types: dict[str, str], *rows: tuple[Cell, ...]) -> Result:
    return Result(tuple(Column(name, type_) for name, type_ in types.items()), rows)


def volume(*rows: tuple[Cell, ...]) -> Result:
    return result({"hour": "varchar", "channel": "varchar", "sent": "bigint", "failed": "bigint"}, *rows)


def printed(*drawings: Drawing, title: str = "Title") -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    show(console, title, drawings)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_number_column_is_a_series() -> None:
    (drawing,) = draw(SENT, volume(("", "text", 5, 1), ("", "email", 7, None)))
    assert drawing == Drawing("bar", "", ("text", "email"), (Series("sent", (5, 7)), Series("failed", (1, None))))
    assert drawing.values == (5, 7, 1)


def test_rows_of_one_place_are_added_and_what_is_not_there_is_not_zero() -> None:
    (drawing,) = draw(SENT, volume(("1", "text", 5, None), ("2", "text", 6, None)))
    assert drawing.series == (Series("sent", (11,)), Series("failed", (None,)))


def test_a_series_column_gives_a_line_for_each_of_its_values() -> None:
    rows = volume(("2026/07/01/02", "text", 5, 0), ("2026/07/01/01", "text", 4, 0), ("2026/07/01/02", "email", 3, 0))
    (drawing,) = draw(Chart("line", "hour", ("sent",), "channel"), rows)
    assert drawing.places == ("2026/07/01/01", "2026/07/01/02")
    assert drawing.series == (Series("email", (None, 3)), Series("text", (4, 5)))


def test_several_columns_with_a_series_column_are_panels() -> None:
    panels = draw(Chart("line", "hour", ("sent", "failed"), "channel"), volume(("1", "text", 5, 2)))
    assert [(panel.title, panel.series[0].values) for panel in panels] == [("sent", (5,)), ("failed", (2,))]


def test_a_chart_is_guessed_for_a_result_nobody_described() -> None:
    assert guess_chart(volume(("2026/07/01/02", "text", 5, 1))) == Chart("line", "hour", ("sent", "failed"))
    moments = result({"at": "timestamp(3)", "price": "decimal(10,2)"}, (datetime(2026, 7, 1, tzinfo=UTC), Decimal(1)))
    assert guess_chart(moments) == Chart("line", "at", ("price",))
    assert guess_chart(volume(("text", "", 5, 1))).kind == "bar"


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (Chart("bar", "nothing", ("sent",)), "no column nothing"),
        (Chart("bar", "hour", ("nothing",)), "no column nothing"),
        (Chart("bar", "hour", ("sent",), "nothing"), "no column nothing"),
        (Chart("bar", "hour", ("channel",)), "channel is not a number in every row: text"),
    ],
)
def test_what_cannot_be_drawn_says_why(chart: Chart, message: str) -> None:
    with pytest.raises(ChartError, match=message):
        draw(chart, volume(("1", "text", 5, 2)))


@pytest.mark.parametrize("types", [{}, {"name": "varchar"}, {"n": "bigint"}, {"a": "varchar", "b": "boolean"}])
def test_a_result_without_numbers_has_no_chart(types: dict[str, str]) -> None:
    with pytest.raises(ChartError):
        guess_chart(result(types))


def test_places_are_times_to_the_minute_and_never_empty() -> None:
    cells: list[Cell] = [datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, 13, 5, 9, tzinfo=UTC), None, ""]
    (drawing,) = draw(Chart("bar", "x", ("y",)), result({"x": "", "y": ""}, *((cell, 1) for cell in cells)))
    assert drawing.places == ("2026-07-01", "2026-07-01 13:05", "(none)")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (12345, "12,345"), (0.01234, "0.0123"), (1234.5, "1,234"), (2.5, "2.5")]
)
def test_numbers_are_shown_as_people_read_them(value: float, text: str) -> None:
    assert shown(value) == text


def test_bars_are_as_long_as_their_values() -> None:
    (drawing,) = draw(SENT, volume(("", "text", 100, 50)))
    sent, failed = [line for line in printed(drawing).splitlines() if "█" in line]
    assert (sent.split()[:2], failed.split()[0]) == (["text", "sent"], "failed")
    assert sent.count("█") == 2 * failed.count("█")
    assert sent.rstrip().endswith("100")


def test_lines_have_marks_that_tell_them_apart_without_colours() -> None:
    rows = [(f"2026/07/01/{hour:02}", "", hour, 23 - hour) for hour in range(24)]
    (drawing,) = draw(Chart("line", "hour", ("sent", "failed")), volume(*rows))
    text = printed(drawing)
    assert "●● sent" in text
    assert "++ failed" in text
    assert "2026/07/01/00" in text
    assert "\x1b" not in text


def test_more_bars_than_can_be_read_are_cut_and_counted() -> None:
    (drawing,) = draw(SENT, volume(*(("", str(number), 1, None) for number in range(MOST_BARS + 5))))
    text = printed(drawing)
    assert f"The first {MOST_BARS} of {MOST_BARS + 5}." in text
    assert text.count("█") > 0


def test_a_customers_words_drive_no_terminal() -> None:
    (drawing,) = draw(SENT, volume(("", "[red]\x1b]0;owned\x07", 1, None)))
    text = printed(drawing, title="[bold]\x1b[2J")
    assert "\x1b" not in text
    assert "[red]\\x1b]0;owned\\x07" in text


def test_nothing_to_draw_says_so() -> None:
    assert "No rows." in printed(*draw(SENT, volume()))
