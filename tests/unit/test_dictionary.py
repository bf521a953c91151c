"""The data dictionary says everything about everything that can be asked for by name."""

import re

import pytest

from queries.catalogue.entries import Catalogue
from queries.published.columns import column_types
from tests import dictionary
from transformer.schema import TABLES

SHIPPED = Catalogue.shipped().entries
VIEWS = [entry for entry in SHIPPED.values() if entry.kind == "view"]


def sections(text: str) -> dict[str, str]:
    """By the name in each heading."""
    _, *parts = re.split(r"^### `(\w+)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_column_of_every_table_is_there_with_its_type_and_what_is_personal_about_it() -> None:
    found = sections(dictionary.tables())
    assert list(found) == list(TABLES)
    for table in TABLES.values():
        for column in table.columns:
            assert f"| `{column.name}` | `{column.type}` | {column.meaning} |" in found[table.name]
    assert (
        "| `message` | `string` | the words; empty when nothing was sent, or only attachments came | words |"
        in (found["conversations"])
    )


def test_every_view_is_there_with_the_columns_that_it_really_has() -> None:
    found = sections(dictionary.entries("view"))
    assert sorted(found) == sorted(view.name for view in VIEWS)
    types = column_types(VIEWS)
    for view in VIEWS:
        assert list(types[view.name]) == list(view.columns)
        assert re.findall(r"^\| `(\w+)` \| `[a-z][\w(), ]+` \| .+ \|$", found[view.name], re.MULTILINE) == [
            *view.columns
        ]


def test_a_report_says_what_it_needs_and_what_it_reads() -> None:
    found = sections(dictionary.entries("report"))
    assert "| `message_id` | `varchar` | needed | the provider's id of the message |" in found["message_history"]
    assert "Reads `conversations`; `events` from 1 hour before to 3 days after." in found["conversation_costs"]
    assert "| `whatsapp_price` | `double` | `0.005` |" in found["conversation_costs"]


@pytest.mark.parametrize("name", [entry.name for entry in SHIPPED.values()])
def test_columns_of_one_kind_name_their_unit_as_every_chart_and_table_reads_it(name: str) -> None:
    """A share, an amount of money and a duration are told by the end of their meaning; a moment is no duration."""
    units = {"_rate": "0 to 1", "_share": "0 to 1", "_price": "US dollars", "_ms": "milliseconds", "_s": "seconds"}
    for column, meaning in SHIPPED[name].columns.items():
        ending = next((each for each in units if column.endswith(each)), None)
        if ending and not meaning.endswith("epoch milliseconds"):
            assert meaning.endswith(f"; {units[ending]}"), column
