"""Profiles of the property tests: `make test` uses the small one, HYPOTHESIS_PROFILE=large searches long."""

import os

from hypothesis import HealthCheck, settings

from tests.deployed import aws  # noqa: F401 - a fixture for every test

_CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("small", max_examples=60, deadline=None, suppress_health_check=_CHECKS, derandomize=True)
settings.register_profile("large", max_examples=100_000, deadline=None, suppress_health_check=_CHECKS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))
