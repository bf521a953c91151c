from collections.abc import Callable
from time import process_time

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.channels.sms.gsm7 import fits_one_send
from orchestrator.channels.text.splitting import split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
BLANKS = [" ", "\n", "\r\n", "\n\n", "\N{NO-BREAK SPACE}", " \u0301"]
WORDS = ["word ", "a", "é", "e\u0301", "क्षि", "한", "https://example.com/a?b=c", ". ", "。", "1. "]
EMOJI = [FAMILY, "🇪🇸", "👍🏽", "\ud83d", "\ude00", "\u200d", "\ufe0f"]
texts = st.text() | st.lists(st.sampled_from(BLANKS + WORDS + EMOJI) | st.text(max_size=3), max_size=120).map("".join)


def within(limit: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= limit


def gaps(text: str, parts: list[str]) -> list[str]:
    """What is missing before, between and after the parts. Fails when a part is not in the text, in order."""
    missing, position = [], 0
    for part in parts:
        # A part begins with what is no blank, so it stands at the first place after the blanks.
        found = text.index(part, position)
        missing.append(text[position:found])
        position = found + len(part)
    return [*missing, text[position:]]


def test_a_text_that_fits_stays_whole() -> None:
    assert split("Hello.\n\nBye.", within(100)) == ["Hello.\n\nBye."]


@pytest.mark.parametrize("blank", ["", " ", "\n\n \t", "\N{NO-BREAK SPACE}"])
def test_a_blank_text_has_no_parts(blank: str) -> None:
    assert split(blank, within(100)) == []


def test_paragraphs_are_preferred_to_lines_to_sentences_to_words() -> None:
    assert split("One. Two\nthree.\n\nFour. Five\nsix.", within(20)) == ["One. Two\nthree.", "Four. Five\nsix."]
    assert split("One. Two three\nfour. Five", within(20)) == ["One. Two three", "four. Five"]
    assert split("One two three. Four five", within(20)) == ["One two three.", "Four five"]
    assert split("One two three four five", within(20)) == ["One two three four", "five"]


def test_a_boundary_that_would_leave_a_part_nearly_empty_is_passed_over() -> None:
    assert split("Yes.\n\nOne two three four five", within(20)) == ["Yes.\n\nOne two three", "four five"]


def test_the_number_of_a_list_item_does_not_end_a_sentence() -> None:
    assert split("Do this first 2. then that", within(18)) == ["Do this first 2.", "then that"]
    assert split("Do it. At first 2. then that", within(19))[0] == "Do it. At first 2."


def test_words_joined_by_a_no_break_space_stay_together() -> None:
    assert split("about 10\N{NO-BREAK SPACE}km or more", within(9)) == ["about", "10\N{NO-BREAK SPACE}km or", "more"]


@pytest.mark.parametrize("before", ["See ", "（", "See(", "See:\n"])
def test_a_url_that_fits_one_part_is_not_cut(before: str) -> None:
    url = "https://example.com/a/path?query=1"
    assert url in split(f"{before}{url} and more words", within(len(url)))


def test_a_url_larger_than_a_part_is_cut_without_loss() -> None:
    url = "https://example.com/" + "x" * 100
    assert "".join(split(url, within(50))) == url


def test_an_emoji_of_several_characters_is_not_cut() -> None:
    assert split(FAMILY * 4, within(10)) == [FAMILY] * 4


def test_a_single_cluster_larger_than_a_part_is_cut_rather_than_lost() -> None:
    heap = "e" + "\u0301" * 99
    assert split(heap, within(40)) == [heap[:40], heap[40:80], heap[80:]]


@given(texts, st.integers(1, 60))
@example("a" * 9 + " \u0301b", 10)
def test_nothing_but_whitespace_is_missing_and_every_part_fits(text: str, limit: int) -> None:
    parts = split(text, within(limit))
    assert all(gap == "" or gap.isspace() for gap in gaps(text, parts))
    assert all(part.strip() and len(part) <= limit for part in parts)


@given(texts, st.integers(1, 60))
def test_no_cluster_that_fits_a_part_is_cut(text: str, limit: int) -> None:
    parts = split(text, within(limit))
    position, ends = 0, set()
    for gap, part in zip(gaps(text, parts), parts, strict=False):
        ends |= {position + len(gap), position + len(gap) + len(part)}
        position += len(gap) + len(part)
    for cluster in regex.finditer(r"\X", text):
        if len(cluster.group()) <= limit:
            assert not ends & set(range(cluster.start() + 1, cluster.end()))


@given(texts)
def test_every_part_fits_one_sms(text: str) -> None:
    parts = split(text * 20, fits_one_send)
    assert all(fits_one_send(part) for part in parts)
    assert "".join("".join(parts).split()) == "".join((text * 20).split())


@pytest.mark.parametrize("unit", ["word ", "x", " ", "\u0301", "a.\n\n", "😀", "https://", "é. "])
def test_ten_times_the_text_takes_about_ten_times_as_long(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = process_time()
        split(text, fits_one_send)
        return process_time() - began

    seconds(20_000)  # warm
    small = min(seconds(20_000) for _ in range(3))
    assert seconds(200_000) < 40 * small + 0.05  # quadratic would be 100 times
