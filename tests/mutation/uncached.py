"""A plugin of pytest: every test makes anew what its module keeps in a `functools.cache`.

mutmut runs those tests for a function that called it when there were no mutants: with a cache that is the first alone.
"""

import pytest


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Empties the caches of the test's module."""
    assert isinstance(item, pytest.Function)
    for value in vars(item.module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()
