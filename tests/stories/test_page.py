"""The page in a real browser: a question, its answer with the source, the conversation, the rows; and nothing runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
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


# Read at once: the page draws what it shows anew while elements are asked one after the other.
HEARD = '[...document.querySelectorAll("#bubbles .theirs .words")].map((each) => each.innerText)'


def until(page: webdriver.Chrome, shown: Any, within: float = 20) -> Any:
    return WebDriverWait(page, within, ignored_exceptions=[Exception]).until(lambda _: shown())


def text_of(page: webdriver.Chrome, selector: str) -> str:
    return page.find_element(By.CSS_SELECTOR, selector).text


def choose_channel(page: webdriver.Chrome, channel: str) -> None:
    until(page, lambda: Select(page.find_element(By.ID, "channel")).options)
    Select(page.find_element(By.ID, "channel")).select_by_value(channel)


def heard(page: webdriver.Chrome) -> list[str]:
    """What the customer wrote, as the chat shows it from top to bottom."""
    return list(page.execute_script(f"return {HEARD}"))


def states(page: webdriver.Chrome) -> list[str]:
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, "#bubbles .theirs .state")]


def mine(button: WebElement, channel: str) -> bool:
    return ("once@" in button.text or "0150" in button.text) and channel in button.text


def at_its_end(page: webdriver.Chrome) -> bool:
    script = "const l = document.getElementById('bubbles'); return l.scrollHeight - l.scrollTop - l.clientHeight < 5"
    return bool(page.execute_script(script))


def broken_words(page: webdriver.Chrome) -> list[str]:
    """Words of the result, of 40 letters at most, that stand on more than one line."""
    found: list[str] = page.execute_script(r"""
        const broken = [];
        for (const cell of document.querySelectorAll("#result td:not(.long, .code)")) {
            const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) for (const word of walker.currentNode.data.matchAll(/[^\s-]{1,40}(?=\s|$)/g)) {
                if (/\S/.test(walker.currentNode.data[word.index - 1] ?? " ")) continue;
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index);
                range.setEnd(walker.currentNode, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
                if (lines.size > 1) broken.push(word[0]);
            }
        }
        return broken;""")
    return found


def write(page: webdriver.Chrome, channel: str, text: str) -> None:
    choose_channel(page, channel)
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
    buttons = until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#often button"))
    next(button for button in buttons if button.text == "delivery by turn").click()
    until(page, lambda: "delivered" in text_of(page, "#result"))


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_the_chat_shows_every_message_once_and_in_order_and_its_end(page: webdriver.Chrome, channel: str) -> None:
    choose_channel(page, channel)
    page.find_element(By.ID, "sender").clear()
    page.find_element(By.ID, "sender").send_keys(
        "once@customer.example" if channel == "email" else "+12065550150", Keys.TAB
    )
    texts = ["When are you open on Saturday?", "STOP", "Do you take PayPal?", "START", "How long does shipping take?"]
    for number, text in enumerate(texts, 1):
        write(page, channel, text)
        until(page, lambda: heard(page)[-1:] == [text], within=5)  # noqa: B023  # called before the next round
        until(page, lambda: "answer" in states(page)[-1], within=10)
        assert len(heard(page)) == number
    assert heard(page) == texts
    page.refresh()
    choose_channel(page, channel)
    until(page, lambda: any(each.text for each in page.find_elements(By.CSS_SELECTOR, "#conversations button")))
    next(each for each in page.find_elements(By.CSS_SELECTOR, "#conversations button") if mine(each, channel)).click()
    until(page, lambda: heard(page) == texts)
    until(page, lambda: at_its_end(page))


def test_a_message_that_no_conversation_has_stays_where_it_was_written(page: webdriver.Chrome) -> None:
    """An automatic mail's subject cannot be typed here: so a message is told to be ignored, as one of a robot is."""
    shown = page.execute_script(
        """
        return import("/static/chat.js").then(({ showChat }) => {
            const turn = (id, at) => ({ turn_id: id, conversation_id: "c", state: "sent", parts: [], finished_at: at,
                answer: { text: "", reason: "none", source: "silence" },
                messages: [{ message_id: id, text: id, occurred_at: at, attachments: [], channel: "sms" }] });
            const turns = [turn("one", "2026-01-01T10:00:00Z"), turn("two", "2026-01-01T10:02:00Z")];
            const told = { waiting: [], turns };
            document.querySelector("#bubbles").replaceChildren();
            showChat(told, [{ key: "x", text: "between", at: "2026-01-01T10:01:00Z", state: "ignored: robot" }], {});
            return HEARD;
        })""".replace("HEARD", HEARD)
    )
    assert shown == ["one", "between", "two"]


def test_a_question_that_needs_to_be_told_something_can_be_asked(page: webdriver.Chrome) -> None:
    write(page, "whatsapp", "When are you open on Saturday?")
    until(page, lambda: "Saturday from 10 a.m." in text_of(page, "#bubbles"))
    until(page, lambda: Select(page.find_element(By.ID, "question")).options[1:])
    Select(page.find_element(By.ID, "question")).select_by_value("message_history")
    until(page, lambda: "When are you open on Saturday?" in text_of(page, "#result"))
    field = page.find_element(By.ID, "parameter-message_id")
    assert str(field.get_property("value")).startswith("wamid.")
    field.clear()
    field.send_keys("no-such-message", Keys.ENTER)
    until(page, lambda: text_of(page, "#outcome").startswith("0 rows"))


def test_no_cell_breaks_within_a_word(page: webdriver.Chrome) -> None:
    write(page, "sms", "When are you open on Saturday?")
    until(page, lambda: "Saturday from 10 a.m." in text_of(page, "#bubbles"))
    buttons = until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#often button"))
    assert len(buttons) <= 6
    for button in buttons:
        button.click()
        until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#result td"))
        assert broken_words(page) == []


@pytest.mark.parametrize("width", [390, 768, 1400])
def test_the_page_is_as_wide_as_its_window(page: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#often button"))
    page.find_elements(By.CSS_SELECTOR, "#often button")[-1].click()
    until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#result td"))
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_bad_question_says_what_to_do(page: webdriver.Chrome) -> None:
    page.find_element(By.ID, "sql").send_keys("DROP TABLE events")
    page.find_element(By.CSS_SELECTOR, "#query button[type=submit]").click()
    until(page, lambda: "Nothing was run" in text_of(page, "#query-problem"))


def test_what_is_typed_while_the_page_still_loads_is_kept(tab: webdriver.Chrome, address: str) -> None:
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    tab.get(address)
    tab.find_element(By.ID, "sql").send_keys("DROP TABLE")
    until(tab, lambda: tab.find_elements(By.CSS_SELECTOR, "#often button"))
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
