from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.sms.gsm7 import Segments, encoding, fits_one_send, segments, septets, to_gsm


def test_the_alphabet_has_its_127_characters_and_10_extensions() -> None:
    everything = [chr(code) for code in range(0x110000)]
    assert sum(encoding(character) == "GSM" for character in everything) == 127 + 10


@pytest.mark.parametrize("text", ["Hello, ¿qué? É ñ Ç £5 @home", "5 € {a} [b] ~ ^ | \\", ""])
def test_gsm_text_is_recognised(text: str) -> None:
    assert encoding(text) == "GSM"


@pytest.mark.parametrize("text", ["á", "ç", "`code`", "“quoted”", "😀", "\t"])
def test_a_single_other_character_makes_the_text_unicode(text: str) -> None:
    assert encoding(f"Hello {text}") == "UNICODE"


def test_extension_characters_take_two_septets() -> None:
    assert septets("a€b") == 4
    assert septets("^{}\\[~]|€\f") == 20


def test_septets_names_the_character_that_has_none() -> None:
    with pytest.raises(ValueError, match="á"):
        septets("más")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("a" * 160, Segments("GSM", 160, 1)),
        ("a" * 161, Segments("GSM", 161, 2)),
        ("a" * 306, Segments("GSM", 306, 2)),
        ("a" * 307, Segments("GSM", 307, 3)),
        ("€" * 80, Segments("GSM", 160, 1)),
        ("á" * 70, Segments("UNICODE", 70, 1)),
        ("á" * 71, Segments("UNICODE", 71, 2)),
        ("😀" * 35, Segments("UNICODE", 70, 1)),
    ],
)
def test_parts_are_counted_in_septets_or_utf16_units(text: str, counted: Segments) -> None:
    assert segments(text) == counted


def test_an_escaped_character_does_not_straddle_two_parts() -> None:
    assert segments("a" * 152 + "€" + "a" * 152).parts == 3  # 306 septets would fill two parts exactly


def test_a_surrogate_pair_does_not_straddle_two_parts() -> None:
    assert segments("á" * 66 + "😀" + "á" * 66).parts == 3  # 134 units would fill two parts exactly


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 1530, True),
        ("a" * 1531, False),
        ("€" * 766, False),
        ("á" * 630, True),
        ("á" * 631, False),
        ("😀" * 316, False),
    ],
)
def test_one_send_takes_1530_septets_or_630_units(text: str, *, fits: bool) -> None:
    assert fits_one_send(text) is fits


def test_typographic_signs_become_gsm() -> None:
    text = "“It’s 9–17 h…”\N{NO-BREAK SPACE}he said — • one\N{THIN SPACE}• two\N{SOFT HYPHEN}"
    assert to_gsm(text) == '"It\'s 9-17 h..." he said - - one - two'
    assert encoding(to_gsm(text)) == "GSM"


def test_letters_symbols_and_emoji_stay() -> None:
    text = "á ç ő 中文 × ™ € col·lecció 👩‍👧 `code`"
    assert to_gsm(text) == text


def test_a_letter_written_as_two_characters_is_composed() -> None:
    assert to_gsm("cafe\N{COMBINING ACUTE ACCENT}") == "café"


uncomposed = st.text(st.characters(exclude_categories=["M", "Lo"]))  # nothing that joins the letter before it


@given(uncomposed, uncomposed)
def test_what_becomes_of_a_sign_does_not_depend_on_the_rest(one: str, other: str) -> None:
    assert to_gsm(one + other) == to_gsm(one) + to_gsm(other)


@given(st.text())
def test_to_gsm_is_stable_and_loses_no_letter(text: str) -> None:
    once = to_gsm(text)
    assert to_gsm(once) == once
    assert [sign for sign in once if sign.isalpha()] == [sign for sign in normalize("NFC", text) if sign.isalpha()]
