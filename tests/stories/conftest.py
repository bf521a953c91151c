"""What stories of several files share."""

from tests.stories.chromium import chromium, tab  # noqa: F401 - fixtures
