"""What stories of several files share."""

from collections.abc import Iterator

import pytest

from tests.logs import customers_in, listening
from tests.stories.chromium import chromium, tab  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def _no_log_names_a_customer() -> Iterator[None]:
    """Holds for every story, whatever it is about."""
    with listening() as said:
        yield
    named = {line: customers_in(line) for line in said.lines if customers_in(line)}
    assert named == {}
