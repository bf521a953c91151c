"""Every view and report gives on the small lakes what was worked out by hand, whatever the order of what arrived."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.queries.cases import SHIPPED, Case, all_cases, arrivals, ask, columns_of, expected, stored, write_lake

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_question_gives_the_numbers_that_were_worked_out_by_hand(tmp_path: Path, case: Case) -> None:
    write_lake(tmp_path, stored(arrivals(case.lake)))
    assert ask(tmp_path, case) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_neither_the_order_of_arrivals_nor_their_repetition_changes_a_number(tmp_path: Path, case: Case) -> None:
    """What counts by its arrival gets its copies within the hour: later ones would arrive in another period."""
    dice = random.Random(str(case))
    by_arrival = case.question.repeats or any(not scan.after for scan in case.entry.scans)
    hours = 0 if by_arrival and case.question.parameters.keys() & {"from_hour", "until_hour"} else 5
    once = arrivals(case.lake)
    again = [msgspec.structs.replace(each, at=later(each.at, dice.randint(0, hours))) for each in once]
    rows = stored([*once, *again])
    dice.shuffle(rows)
    write_lake(tmp_path, rows)
    answer = ask(tmp_path, case)
    if case.question.repeats:
        answer = [row for index, row in enumerate(answer) if row not in answer[:index]]
    assert answer == expected(case)


def later(at: datetime, hours: int) -> datetime:
    """The last second of the hour so many hours later."""
    return at.replace(minute=59, second=59) + timedelta(hours=hours)


@pytest.mark.parametrize("name", [name for name, entry in SHIPPED.entries.items() if entry.scans])
def test_every_column_of_every_view_and_report_is_shown_by_a_case(name: str) -> None:
    entry = SHIPPED.entries[name]
    shown = {column for case in CASES if case.entry.name == name for column in columns_of(case)}
    assert shown == set(entry.columns)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_says_what_it_shows_and_has_a_reports_columns(case: Case) -> None:
    assert case.question.shows
    if case.entry.kind == "report" and case.question.rows:
        assert columns_of(case) == tuple(case.entry.columns)
