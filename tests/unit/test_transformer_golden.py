"""Every golden case gives the rows it is said to give; see tests/golden/README.md."""

import pytest

from tests.golden.cases import ARRIVAL, Case, all_cases
from transformer.pipeline import transform
from transformer.results import Row
from transformer.schema import TABLES
from transformer.sources import shipped_templates


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_golden_event_becomes_the_expected_rows(case: Case) -> None:
    assert case.actual() == case.expected


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_golden_case_says_what_it_shows_and_where_its_format_is_documented(case: Case) -> None:
    assert set(case.about) == {"shows", "source"}


def test_every_template_has_a_golden_case() -> None:
    results = [result for case in all_cases() for result in transform(case.record, ARRIVAL)]
    made = {result.values["template_version"] for result in results if isinstance(result, Row)}
    assert made == {template.version for template in shipped_templates().values()}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_row_has_its_tables_columns_in_their_order(case: Case) -> None:
    for result in transform(case.record, ARRIVAL):
        if isinstance(result, Row):
            assert tuple(result.values) == TABLES[result.table].column_names
