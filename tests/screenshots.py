"""The pictures of the README, made by the program: `python -m tests.screenshots` (needs Chromium and its driver).

    docs/images/page.webp     the page of `parley serve`, after a question by WhatsApp and its answer
    docs/images/report.webp   the report of `parley report` over the last week of made-up customers

With a folder named, `python -m tests.screenshots FOLDER`, every page goes there instead, in light and dark, at a desk's
and a telephone's width: to be looked at, not kept.
"""

import base64
import functools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from infra.cli.main import parley
from tests.stories.chromium import CHROMIUM, DRIVER, FLAGS
from tests.stories.test_kill import server

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MOST_BYTES = 200_000
DESK, TELEPHONE = (1280, 1330), (390, 844)
QUESTIONS = ("How long does shipping take?", "Can I return a lamp that I do not like?")


def main(folder: str = "") -> None:
    """Both pages; those of the README unless a folder is named."""
    with tempfile.TemporaryDirectory() as made, browser(Path(made)) as driver:
        data = Path(made) / "data"
        _parley(data, "demo-data", "--days", "14", "--turns-per-day", "80", "--until", "2026-07-01")
        _parley(data, "report", "--until", "2026-07-01", "--out", f"{made}/report.html")
        shots = [(name, *each) for name in ("page", "report") for each in _looks(looking=bool(folder))]
        served = Path(made) / "served"
        with server(served) as (_, address):
            page = f"{address}/#token={(served / 'api.token').read_text()}"
            for index, (name, theme, size) in enumerate(shots):
                _look(driver, theme, size)
                driver.get("about:blank")  # from the page itself, only what is behind the # would change
                driver.get(page if name == "page" else f"file://{made}/report.html")
                if name == "page":
                    _write(driver, QUESTIONS if index == 0 else ())
                _keep(driver, Path(folder) / f"{name}-{theme}-{size[0]}.png" if folder else IMAGES / f"{name}.webp")


def _looks(*, looking: bool) -> list[tuple[str, tuple[int, int]]]:
    if not looking:
        return [("light", DESK)]
    return [(theme, size) for theme in ("light", "dark") for size in (DESK, TELEPHONE)]


@contextmanager
def browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """A Chromium of its own."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, "--hide-scrollbars", f"--user-data-dir={profile / 'chromium'}"):
        options.add_argument(flag)
    options.binary_location = str(CHROMIUM)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def _look(driver: webdriver.Chrome, theme: str, size: tuple[int, int]) -> None:
    feature = {"name": "prefers-color-scheme", "value": theme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _write(driver: webdriver.Chrome, questions: tuple[str, ...]) -> None:
    """Ask by WhatsApp, and the lake what became of the answers."""
    wait = WebDriverWait(driver, 20)
    channel = wait.until(lambda _: Select(driver.find_element(By.ID, "channel")))
    wait.until(lambda _: channel.options)
    channel.select_by_value("whatsapp")
    for number, question in enumerate(questions, 1):
        driver.find_element(By.ID, "text").send_keys(question)
        driver.find_element(By.CSS_SELECTOR, "#composer button").click()
        wait.until(functools.partial(_has_turns, number))
    wait.until(lambda _: all("Delivery" in each for each in _texts(driver, "#turn-list > .turn")[:1] or [""]))
    wait.until(lambda _: _texts(driver, '#often [data-name="delivery_by_turn"]'))
    driver.find_element(By.CSS_SELECTOR, '#often [data-name="delivery_by_turn"]').click()
    wait.until(lambda _: _texts(driver, "#result td"))


def _has_turns(number: int, driver: webdriver.Chrome) -> bool:
    return len(_texts(driver, "#turn-list > .turn")) == number


def _texts(driver: webdriver.Chrome, selector: str) -> list[str]:
    return [each.text for each in driver.find_elements(By.CSS_SELECTOR, selector)]


def _keep(driver: webdriver.Chrome, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = {"format": "webp", "quality": 88} if path.suffix == ".webp" else {"format": "png"}
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", kind)
    path.write_bytes(base64.b64decode(shot["data"]))
    print(f"{path} {path.stat().st_size:,} bytes")
    if path.suffix == ".webp" and path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} is larger than {MOST_BYTES:,} bytes")


def _parley(data: Path, *words: str) -> None:
    result = CliRunner().invoke(parley, ["--data", str(data), *words])
    if result.exit_code:
        raise SystemExit(result.output)


if __name__ == "__main__":
    main(*sys.argv[1:])
