from unicodedata import category, normalize

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
    england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    text = f"á ç ő 中文 ÷ ™ © 1½ m² € col·lecció 👩\u200d👧 ❤\ufe0f {england} می\u200cخواهم"
    assert to_gsm(text) == text


LOOK_ALIKES = {
    "‘’‚‛′‹›`´ʼ": "'",
    "“”„‟″«»": '"',
    "‐‑‒–—―−•‣⁃◦﹘－": "-",
    "\t\N{NO-BREAK SPACE}\u1680\u2000\u2003\u2007\u2009\u200a\u202f\u205f\u3000\u2800": " ",
    "\x85\u2028\u2029": "\n",
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2063\u2064\u2066\u2069\ufeff\xad\u061c\u180e\x00\x7f\ufe0f\ufe00": "",
    "…": "...",
    "ﬁ": "fi",
    "ﬄ": "ffl",
    "Ａ": "A",
    "ｚ": "z",
    "５": "5",
    "！": "!",
    "𝐇": "H",
    "№": "No",
    "㎏": "kg",
    "Ⅳ": "IV",
    "×": "x",
    "⁄∕": "/",
    "Å": "Å",
}


@pytest.mark.parametrize(("sign", "plain"), [(sign, plain) for signs, plain in LOOK_ALIKES.items() for sign in signs])
def test_a_look_alike_becomes_what_it_looks_like(sign: str, plain: str) -> None:
    assert to_gsm(f"a{sign}b") == f"a{plain}b"
    assert to_gsm(sign) == plain


def test_a_keycap_is_its_digit_where_nothing_else_needs_unicode() -> None:
    assert to_gsm("Press 1\ufe0f\u20e3 now") == "Press 1 now"


gsm = st.sampled_from([chr(code) for code in range(0x10000) if encoding(chr(code)) == "GSM"])


@given(st.lists(gsm | st.sampled_from([sign for signs in LOOK_ALIKES for sign in signs])).map("".join))
def test_no_look_alike_doubles_the_price(text: str) -> None:
    assert encoding(to_gsm(text)) == "GSM"


def test_whatever_cannot_be_seen_costs_nothing() -> None:
    invisible = [chr(code) for code in (*range(0x200B, 0x2010), *range(0x2060, 0x206A), 0xFEFF, 0xAD)]
    for sign in invisible:
        assert segments(to_gsm("a" * 80 + sign + "b" * 80)) == Segments("GSM", 160, 1)


def test_an_invisible_sign_in_a_documents_answer_leaves_the_price_alone() -> None:
    words = "We end our letters with \u201cyours\u201d\u200c,\u200e and send them \ufeffby post\u2060."
    assert encoding(to_gsm(words)) == "GSM"


def test_a_letter_written_as_two_characters_is_composed() -> None:
    assert to_gsm("cafe\N{COMBINING ACUTE ACCENT}") == "café"


uncomposed = st.text(  # nothing that joins the letter before it
    st.characters(exclude_categories=["M", "Lo", "Cf"])
)


@given(uncomposed, uncomposed)
def test_what_becomes_of_a_sign_does_not_depend_on_the_rest(one: str, other: str) -> None:
    assert to_gsm(one + other) == to_gsm(one) + to_gsm(other)


def letters(text: str) -> list[str]:
    """Spelled out, and without those that a look-alike is or becomes: modifiers like a quote, the x of a ×."""
    return [sign for sign in normalize("NFKC", text) if sign.isalpha() and category(sign) != "Lm" and sign != "x"]


@given(st.text())
def test_to_gsm_is_stable_and_loses_no_letter(text: str) -> None:
    once = to_gsm(text)
    assert to_gsm(once) == once
    assert letters(once) == letters(normalize("NFC", text))
