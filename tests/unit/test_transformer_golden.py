"""Every golden case gives the rows it is said to give; see tests/golden/README.md."""

import pytest

from tests.golden.cases import Case, all_cases
from transformer.sources import SOURCES, UNKNOWN


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_golden_event_becomes_the_expected_rows(case: Case) -> None:
    assert case.actual() == case.expected


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_golden_case_says_what_it_shows_and_where_its_format_is_documented(case: Case) -> None:
    assert set(case.about) == {"shows", "source"}


def test_every_template_has_a_golden_case() -> None:
    made = {row.get("source") for case in all_cases() for row in case.expected if row["table"] == "events"}
    turns = {row["direction"] for case in all_cases() for row in case.expected if row["table"] == "conversations"}
    templates = {name for source in (*SOURCES, UNKNOWN) for name in source.templates}
    assert templates == made | {"turn_message", "turn_answer"}
    assert turns == {"inbound", "outbound"}
