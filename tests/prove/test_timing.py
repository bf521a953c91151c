"""No function that takes customers' words costs more than its text: the small form of what `make prove` measures."""

import pytest

from tests.prove import timing
from tests.prove.hostile import EXPRESSIONS, STATEMENTS, TEXTS
from tests.prove.timing import Ratio, Timed


def too_slow(ratios: list[Ratio]) -> list[Ratio]:
    return [ratio for ratio in ratios if ratio["ratio_4n"] > timing.RATIO]


@pytest.mark.slow
def test_four_times_the_words_take_less_than_six_times_the_time() -> None:
    assert too_slow(timing.timed()) == []


@pytest.mark.prove
def test_long_words_take_time_in_proportion_too() -> None:
    assert too_slow(timing.timed(timing.LARGE, inputs_each=6)) == []


@pytest.mark.prove
def test_the_worst_that_is_taken_costs_seconds_and_no_more() -> None:
    for each in timing.worst():
        assert each["cpu_ms"] < 15_000, each
        assert each["peak_mb"] < 500, each


def test_a_function_whose_work_grows_with_the_square_is_found() -> None:
    """As the expression was that looked for a mail address from every character."""
    slow = Timed("slow", lambda text: [text[at:].count("@") for at in range(len(text))])
    assert timing.measured(slow, 8_000)["ratio_4n"] > timing.RATIO


def test_every_hostile_text_is_as_long_as_is_asked_for() -> None:
    for name, make in {**TEXTS, **STATEMENTS, **EXPRESSIONS}.items():
        assert len(make(1_000)) <= 1_040, name
        assert len(make(4_000)) >= 3_900, name
