"""The page in a real browser: a question, its answer with the source, the conversation, the rows; and nothing runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from infra.local.providers import email as outbox_email
from tests.kit import NOON, notification
from tests.stories.chromium import needs_chromium
from tests.stories.test_kill import as_owner, server

HOSTILE = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    """With the token, as the server prints it."""
    with server(data) as (_, address):
        yield f"{address}/#token={(data / 'api.token').read_text()}"


@pytest.fixture
def page(tab: webdriver.Chrome, address: str) -> webdriver.Chrome:
    tab.get("about:blank")  # from the same page, only what is behind the # would change
    tab.get(address)
    return tab


def until(page: webdriver.Chrome, shown: Any) -> Any:
    return WebDriverWait(page, 20, ignored_exceptions=[Exception]).until(lambda _: shown())


def text_of(page: webdriver.Chrome, selector: str) -> str:
    return page.find_element(By.CSS_SELECTOR, selector).text


def write(page: webdriver.Chrome, channel: str, text: str) -> None:
    until(page, lambda: Select(page.find_element(By.ID, "channel")).options)
    Select(page.find_element(By.ID, "channel")).select_by_value(channel)
    page.find_element(By.ID, "text").send_keys(text)
    page.find_element(By.CSS_SELECTOR, "#composer button").click()


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_a_question_is_answered_from_the_documents_with_its_source(page: webdriver.Chrome, channel: str) -> None:
    write(page, channel, "When are you open on Saturday?")
    until(page, lambda: "Saturday from 10 a.m." in text_of(page, "#bubbles"))
    turn = until(page, lambda: text_of(page, "#turn-list"))
    assert "documents" in turn
    assert "Opening hours" in turn


def test_a_question_nothing_covers_is_handed_off(page: webdriver.Chrome) -> None:
    write(page, "sms", "Do you sell quantum bananas?")
    until(page, lambda: "no answer to that" in text_of(page, "#bubbles"))


def test_the_rows_of_a_message_are_shown_moments_later(page: webdriver.Chrome) -> None:
    write(page, "sms", "When are you open on Saturday?")
    buttons = until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#questions button"))
    next(button for button in buttons if button.text == "delivery by turn").click()
    until(page, lambda: "delivered" in text_of(page, "#result"))


def test_a_bad_question_says_what_to_do(page: webdriver.Chrome) -> None:
    page.find_element(By.ID, "sql").send_keys("DROP TABLE events")
    page.find_element(By.CSS_SELECTOR, "#query button[type=submit]").click()
    until(page, lambda: "Nothing was run" in text_of(page, "#query-problem"))


def test_what_is_typed_while_the_page_still_loads_is_kept(tab: webdriver.Chrome, address: str) -> None:
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    tab.get(address)
    tab.find_element(By.ID, "sql").send_keys("DROP TABLE")
    until(tab, lambda: tab.find_elements(By.CSS_SELECTOR, "#questions button"))
    tab.switch_to.active_element.send_keys(" events", Keys.CONTROL, Keys.ENTER)
    until(tab, lambda: "Nothing was run" in text_of(tab, "#query-problem"))
    assert tab.find_element(By.ID, "sql").get_property("value") == "DROP TABLE events"


def test_the_token_leaves_the_address_bar_and_is_enough_for_the_next_time(page: webdriver.Chrome, address: str) -> None:
    plain = address.partition("#")[0]
    assert page.current_url == plain
    page.get(plain)
    until(page, lambda: "messages" in text_of(page, "#pulse"))


def test_a_page_without_the_token_says_where_it_is(page: webdriver.Chrome) -> None:
    page.execute_script("localStorage.clear()")
    page.refresh()
    until(page, lambda: "the address that `parley serve` printed" in text_of(page, "#pulse"))
    assert page.find_elements(By.CSS_SELECTOR, "#conversations li") == []


def test_what_people_write_is_shown_and_never_run(page: webdriver.Chrome, address: str, data: Path) -> None:
    mail = f"From: {HOSTILE} <mallory@evil.example>\r\nSubject: {HOSTILE}\r\nMessage-ID: <x@evil>\r\n\r\n{HOSTILE}\r\n"
    event = notification(outbox_email.inbound_event(mail.encode(), NOON))
    to = address.replace("/#", "/api/events#")
    httpx.post(to, content=event, headers={"content-type": "application/json", **as_owner(data)})
    for channel in ("sms", "whatsapp", "email"):
        write(page, channel, HOSTILE)
        until(page, lambda: HOSTILE in text_of(page, "#bubbles"))
    page.find_element(By.ID, "sql").send_keys("SELECT * FROM conversations")
    page.find_element(By.CSS_SELECTOR, "#query button[type=submit]").click()
    until(page, lambda: "<script>" in text_of(page, "#result"))
    page.refresh()
    until(page, lambda: "<script>" in text_of(page, "#people"))
    assert page.title == "Parley"
    assert page.find_elements(By.CSS_SELECTOR, "main img, main script") == []
    logged: Any = page
    severe = [line for line in logged.get_log("browser") if line["level"] == "SEVERE" and "400" not in line["message"]]
    assert severe == []
