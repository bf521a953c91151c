"""One Chromium for all tests that look at a page; each has a tab of its own."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,900"),
)

needs_chromium = [
    pytest.mark.slow,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER) and "CI" not in os.environ,
        reason="no chromium and chromedriver on this machine; Debian's packages chromium and chromium-driver have them",
    ),
]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.binary_location = str(CHROMIUM)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def tab(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A new one, with no log of what was before it. What it is told to emulate goes with it."""
    first, logged = chromium.current_window_handle, _logged(chromium)
    chromium.switch_to.new_window("tab")
    for kind in ("browser", "performance"):
        logged.get_log(kind)
    yield chromium
    chromium.delete_all_cookies()
    chromium.close()
    chromium.switch_to.window(first)


def _logged(driver: Any) -> Any:
    """Selenium's types know `get_log` of no browser."""
    return driver
