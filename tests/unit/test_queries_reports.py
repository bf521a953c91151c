"""Every view and report gives on the small lakes what was worked out by hand, whatever the order of what arrived."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.queries.cases import SHIPPED, Case, Stored, all_cases, ask, columns_of, in_order, stored, write_lake

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_question_gives_the_numbers_that_were_worked_out_by_hand(tmp_path: Path, case: Case) -> None:
    write_lake(tmp_path, stored(case.lake))
    expected = in_order(case, case.question.rows, columns_of(case))
    assert ask(tmp_path, case, case.question.parameters) == expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_neither_the_order_of_arrivals_nor_their_repetition_changes_a_number(tmp_path: Path, case: Case) -> None:
    """Without hours, copies come up to five hours late; with hours, in the same hour, since lateness moves them out."""
    dice = random.Random(str(case))
    late = 0 if case.question.parameters.keys() & {"from_hour", "until_hour"} else 5
    copies = [
        Stored(row.table, row.hour + timedelta(hours=dice.randint(0, late)), row.values) for row in stored(case.lake)
    ]
    rows = [*stored(case.lake), *copies]
    dice.shuffle(rows)
    write_lake(tmp_path, rows)
    answer = ask(tmp_path, case, case.question.parameters)
    if case.question.repeats:
        answer = [row for index, row in enumerate(answer) if row not in answer[:index]]
    assert answer == in_order(case, case.question.rows, columns_of(case))


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
