"""SECURITY.md names tests that there are: none that was renamed away, and each says what stops an attacker."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")


@pytest.mark.parametrize(("file", "name"), NAMED.findall(TEXT))
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"^\s*def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), f"{file}::{name}"


def test_every_row_of_the_threat_model_has_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| wants")]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_link_leads_somewhere() -> None:
    assert [link for link in re.findall(r"\]\((docs/[^)]+)\)", TEXT) if not (ROOT / link).exists()] == []
