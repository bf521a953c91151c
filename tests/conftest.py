"""Profiles of the property tests, and what the tests of one run share.

`make test` uses the small profile; `make prove` the large one, which searches long (HYPOTHESIS_PROFILE=large).
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import shared
from tests.deployed import aws  # noqa: F401 - a fixture for every test

_CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("small", max_examples=60, deadline=None, suppress_health_check=_CHECKS, derandomize=True)
settings.register_profile("large", max_examples=30_000, deadline=None, suppress_health_check=_CHECKS, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Around the whole run, its workers included: they are started by it, and do not come here."""
    with shared.of_this_run():
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Without groups each worker would make what one makes for all of a group, and nothing would say so."""
    grouped = next((each for each in session.items if each.get_closest_marker("xdist_group")), None)
    if grouped and hasattr(session.config, "workerinput") and "@" not in grouped.nodeid:
        raise pytest.UsageError("this pytest and this pytest-xdist lose xdist_group; install requirements-dev.txt")
