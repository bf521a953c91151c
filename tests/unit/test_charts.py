"""What a chart shows of a result, and how it looks in a terminal."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from infra.cli.terminal_chart import MOST_BARS, show
from queries.catalogue.chart import Chart
from queries.charts.scale import ticks
from queries.charts.units import Unit, shown, unit_of
from queries.charts.values import ChartError, Drawing, Series, draw, guess_chart
from queries.result import Cell, Column, Result

SENT = Chart("bar", ("channel",), ("sent", "failed"))


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
    (drawing,) = draw(Chart("line", ("hour",), ("sent",), "channel"), rows)
    assert drawing.places == ("2026-07-01 01:00", "2026-07-01 02:00")
    assert drawing.series == (Series("email", (None, 3)), Series("text", (4, 5)))


def test_several_columns_with_a_series_column_are_panels() -> None:
    panels = draw(Chart("line", ("hour",), ("sent", "failed"), "channel"), volume(("1", "text", 5, 2)))
    assert [(panel.title, panel.series[0].values) for panel in panels] == [("sent", (5,)), ("failed", (2,))]


def test_a_chart_is_guessed_for_a_result_nobody_described() -> None:
    assert guess_chart(volume(("2026/07/01/02", "text", 5, 1))) == Chart("line", ("hour",), ("sent", "failed"))
    moments = result({"at": "timestamp(3)", "price": "decimal(10,2)"}, (datetime(2026, 7, 1, tzinfo=UTC), Decimal(1)))
    assert guess_chart(moments) == Chart("line", ("at",), ("price",))
    assert guess_chart(volume(("text", "", 5, 1))).kind == "bar"


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (Chart("bar", ("nothing",), ("sent",)), "no column nothing"),
        (Chart("bar", ("hour",), ("nothing",)), "no column nothing"),
        (Chart("bar", ("hour",), ("sent",), "nothing"), "no column nothing"),
        (Chart("bar", ("hour",), ("channel",)), "channel is not a number in every row: text"),
    ],
)
def test_what_cannot_be_drawn_says_why(chart: Chart, message: str) -> None:
    with pytest.raises(ChartError, match=message):
        draw(chart, volume(("1", "text", 5, 2)))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), Decimal("NaN")])
def test_what_has_no_place_on_an_axis_is_not_drawn(number: float | Decimal) -> None:
    numbers = result({"carrier": "varchar", "share": "double"}, ("a", 0.5), ("b", number))
    (drawing,) = draw(guess_chart(numbers), numbers)
    assert drawing.series == (Series("share", (0.5, None)),)
    assert "0.5" in printed(drawing)


def test_an_hour_that_is_in_no_calendar_is_a_name_and_no_time() -> None:
    rows = volume(("2026/02/30/01", "text", 5, 1), ("2026/07/01/01", "text", 4, 0))
    assert guess_chart(rows).kind == "bar"
    (drawing,) = draw(Chart("line", ("hour",), ("sent",)), rows)
    assert drawing.places == ("2026/02/30/01", "2026/07/01/01")


@pytest.mark.parametrize("types", [{}, {"name": "varchar"}, {"n": "bigint"}, {"a": "varchar", "b": "boolean"}])
def test_a_result_without_numbers_has_no_chart(types: dict[str, str]) -> None:
    with pytest.raises(ChartError):
        guess_chart(result(types))


def test_places_are_times_to_the_minute_and_never_empty() -> None:
    cells: list[Cell] = [datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, 13, 5, 9, tzinfo=UTC), None, ""]
    (drawing,) = draw(Chart("bar", ("x",), ("y",)), result({"x": "", "y": ""}, *((cell, 1) for cell in cells)))
    assert drawing.places == ("2026-07-01", "2026-07-01 13:05", "(none)")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((0, "", "0"), (12345, "", "12,345"), (0.01234, "", "0.0123"), (1234.5, "", "1,234"), (2.5, "", "2.5")),
        *((0.000093, "", "0.000093"), (0.21634, "0 to 1", "21.6 %"), (1, "0 to 1", "100 %")),
        *((1234.5, "US dollars", "$1,234.50"), (0.01651, "US dollars", "$0.0165"), (3568, "milliseconds", "3,568 ms")),
    ],
)
def test_numbers_are_shown_as_people_read_them(value: float, unit: Unit, text: str) -> None:
    assert shown(value, unit) == text


def test_a_meaning_that_ends_in_a_unit_tells_it() -> None:
    assert unit_of("what these cost; US dollars") == "US dollars"
    assert unit_of("delivered of answers; 0 to 1") == "0 to 1"
    assert unit_of("turns; not seconds, as it happens") == ""
    chart, columns = Chart("bar", ("channel",), ("sent",)), {"sent": "how long; milliseconds"}
    assert draw(chart, volume(("", "text", 5, 1)), columns)[0].unit == "milliseconds"


def test_hours_that_nobody_counted_anything_in_are_zero_and_shares_are_not() -> None:
    rows = volume(("2026/07/01/01", "text", 5, 0), ("2026/07/01/04", "text", 3, 0))
    (counts,) = draw(Chart("line", ("hour",), ("sent",), "channel", counts=True), rows)
    assert counts.places == ("2026-07-01 01:00", "2026-07-01 02:00", "2026-07-01 03:00", "2026-07-01 04:00")
    assert counts.series == (Series("text", (5, 0, 0, 3)),)
    (shares,) = draw(Chart("line", ("hour",), ("sent",), "channel"), rows)
    assert shares.series == (Series("text", (5, None, None, 3)),)
    assert shares.runs(shares.series[0]) == [[(0, 5)], [(3, 3)]]


def test_counts_of_very_many_hours_are_added_up_to_days() -> None:
    first = datetime(2026, 7, 1, tzinfo=UTC)
    rows = result({"at": "", "n": "bigint"}, *((first + timedelta(hours=hour), 1) for hour in range(24 * 15)))
    (drawing,) = draw(Chart("line", ("at",), ("n",), counts=True), rows)
    assert drawing.places == tuple(f"2026-07-{day:02}" for day in range(1, 16))
    assert set(drawing.values) == {24}


def test_days_that_a_month_lacks_are_there_all_the_same() -> None:
    rows = result({"day": "date", "n": "bigint"}, (date(2026, 2, 27), 1), (date(2026, 3, 1), 2))
    assert draw(Chart("line", ("day",), ("n",)), rows)[0].places == ("2026-02-27", "2026-02-28", "2026-03-01")


def test_places_of_one_name_are_told_apart_by_what_differs() -> None:
    chart = Chart("bar", ("carrier", "country", "account"), ("sent",))
    types = {"carrier": "varchar", "country": "varchar", "account": "varchar", "sent": "bigint"}
    (drawing,) = draw(chart, result(types, ("", "US", "1", 5), ("", "CA", "1", 7)))
    assert drawing.places == ("(none), US", "(none), CA")


def test_shares_of_one_place_are_never_added_up() -> None:
    chart = Chart("bar", ("channel",), ("sent",))
    rows = volume(("1", "text", 5, None), ("2", "text", 6, None))
    with pytest.raises(ChartError, match="sent cannot be added up, and text has more than one"):
        draw(chart, rows, {"sent": "part of all; 0 to 1"})


def test_a_line_of_zeros_is_left_out_and_takes_nobodys_colour() -> None:
    rows = volume(("2026/07/01/01", "email", 0, 0), ("2026/07/01/01", "text", 4, 0))
    sent, failed = draw(Chart("line", ("hour",), ("sent", "failed"), "channel", counts=True), rows)
    assert [(index, series.name) for index, series in sent.lines] == [(1, "text")]
    assert [(index, series.name) for index, series in failed.lines] == [(0, "email"), (1, "text")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), (0, 1)),
        ((1,), (0, 1)),
        ((14, 3), (0, 5, 10, 15)),
        ((0.216, 0.05), (0, 0.1, 0.2, 0.3)),
        ((11289,), (0, 5000, 10000, 15000)),
        ((-3, 4), (-4, -2, 0, 2, 4)),
    ],
)
def test_the_numbers_of_an_axis_are_round(values: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert ticks(values) == expected


def test_bars_are_as_long_as_their_values() -> None:
    (drawing,) = draw(SENT, volume(("", "text", 100, 50)))
    sent, failed = [line for line in printed(drawing).splitlines() if "█" in line]
    assert (sent.split()[:2], failed.split()[0]) == (["text", "sent"], "failed")
    assert sent.count("█") == 2 * failed.count("█")
    assert sent.rstrip().endswith("100")


def test_lines_have_marks_that_tell_them_apart_without_colours() -> None:
    rows = [(f"2026/07/01/{hour:02}", "", hour, 23 - hour) for hour in range(24)]
    (drawing,) = draw(Chart("line", ("hour",), ("sent", "failed")), volume(*rows))
    text = printed(drawing)
    assert "●● sent" in text
    assert "++ failed" in text
    assert "2026-07-01 05:00" in text
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
