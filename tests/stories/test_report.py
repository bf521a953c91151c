"""The report in a real browser: nothing runs, nothing is fetched, everything fits, everything is drawn."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from selenium import webdriver
from selenium.webdriver.common.by import By

from infra.cli.main import parley
from tests.lake_rows import HOUR, row, write
from tests.stories.chromium import needs_chromium
from tests.stories.test_page import HOSTILE

pytestmark = needs_chromium
AT = int(HOUR.timestamp() * 1000)

# What is wider than the page, and every text of a picture that lies on another one.
_OVERFLOWS = """
const width = document.documentElement.clientWidth;
return [...document.body.querySelectorAll('*')].filter(each =>
  !each.closest('.scroll > *, .unseen, .skip') && each.getBoundingClientRect().right > width + 1
).map(each => each.outerHTML.slice(0, 300));
"""
_OVERLAPS = """
const shown = element => element.getClientRects().length && element.textContent.trim();
const before = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
const apart = (a, b) => before(a, b) || before(b, a);
return [...document.querySelectorAll('figure > svg')].flatMap(picture => {
  const texts = [...picture.querySelectorAll('text')].filter(shown);
  const boxes = texts.map(text => text.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(i + 1)
    .map((b, j) => [texts[i].textContent, texts[i + 1 + j].textContent, apart(a, b)])
    .filter(pair => !pair[2]));
});
"""
# A picture's marks and texts that lie outside of the box around the question.
_OUTSIDE = """
return [...document.querySelectorAll('figure > svg')].flatMap(picture => {
  const room = picture.closest('article').getBoundingClientRect();
  return [...picture.querySelectorAll('text, rect, circle')].filter(each => {
    const box = each.getBoundingClientRect();
    return box.width && (box.left < room.left || box.right > room.right);
  }).map(each => each.outerHTML);
});
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two days of made-up customers, and what one of them wrote to harm whoever reads it."""
    folder = tmp_path_factory.mktemp("report")
    run("--data", str(folder / "data"), "demo-data", "--days", "2", "--turns-per-day", "60", "--until", "2026-07-02")
    said: dict[str, Any] = {"conversation_id": "c", "turn_id": "t", "channel": HOSTILE, "occurred_at": AT}
    turn = [
        row("conversations", **said, event_id="1", direction="inbound", message=HOSTILE, sending_address=HOSTILE),
        row("conversations", **said, event_id="2", direction="outbound", source="handoff"),
    ]
    write(folder / "data/lake", "conversations", turn, name="hostile")
    page = folder / "report.html"
    run("--data", str(folder / "data"), "report", "--until", "2026-07-02", "--out", str(page))
    return page


def run(*words: str) -> None:
    result = CliRunner().invoke(parley, words)
    assert result.exit_code == 0, result.output


@pytest.fixture(params=["light", "dark"])
def browser(request: pytest.FixtureRequest, tab: webdriver.Chrome, report: Path) -> webdriver.Chrome:
    feature = {"name": "prefers-color-scheme", "value": request.param}
    tab.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    tab.get(report.as_uri())
    return tab


def requested(browser: webdriver.Chrome, page: str) -> list[str]:
    """Every address that the page asked for; the browser's own first tab asks for more."""
    logged: Any = browser
    events: list[Mapping[str, Any]] = [json.loads(line["message"])["message"] for line in logged.get_log("performance")]
    requests = [each["params"] for each in events if each["method"] == "Network.requestWillBeSent"]
    return [each["request"]["url"] for each in requests if each["documentURL"] == page]


def wide(browser: webdriver.Chrome, pixels: int) -> None:
    size = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def test_the_page_is_read_without_a_network_and_nothing_in_it_runs(browser: webdriver.Chrome, report: Path) -> None:
    logged: Any = browser
    assert requested(browser, report.as_uri()) == [report.as_uri()]
    assert logged.get_log("browser") == []
    assert browser.title == "Parley report, 25 June 2026 to 1 July 2026, UTC"
    assert browser.find_elements(By.CSS_SELECTOR, "script, img") == []
    assert HOSTILE in browser.find_element(By.ID, "unanswered").text


def test_its_style_is_allowed_by_its_policy(browser: webdriver.Chrome) -> None:
    assert browser.find_element(By.TAG_NAME, "article").value_of_css_property("border-top-left-radius") != "0px"


def test_every_picture_is_drawn_and_named(browser: webdriver.Chrome) -> None:
    pictures = browser.find_elements(By.CSS_SELECTOR, "figure > svg")
    assert len(pictures) > 20
    for picture in pictures:
        assert picture.accessible_name
        assert picture.aria_role in ("image", "img")
        assert picture.size["height"] > 25
    assert len(browser.find_elements(By.CSS_SELECTOR, "article:has(figure)")) == len(
        browser.find_elements(By.CSS_SELECTOR, "article:has(figure) table")
    )


@pytest.mark.parametrize("pixels", [1400, 768, 390])
def test_nothing_overlaps_or_is_cut_at_any_width(browser: webdriver.Chrome, pixels: int) -> None:
    wide(browser, pixels)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= pixels
    assert browser.execute_script(_OVERFLOWS) == []
    assert browser.execute_script(_OVERLAPS) == []
    assert browser.execute_script(_OUTSIDE) == []


def test_on_paper_tables_are_open_and_links_are_not_shown(browser: webdriver.Chrome) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    closed = browser.find_element(By.CSS_SELECTOR, "details:not([open]) table")
    assert closed.rect["height"] > 50
    assert browser.find_element(By.TAG_NAME, "nav").is_displayed() is False
