"""What is personal by its form is found, and what only looks like it is not."""

import gc
import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.redaction.findings import Finding, replaced
from transformer.redaction.language import language_of
from transformer.redaction.patterns import personal
from transformer.redaction.phones import phones, region_of
from transformer.redaction.pseudonyms import Pseudonyms, canonical


def redacted(text: str, region: str = "") -> str:
    return replaced(text, personal(text, region), lambda kind, _: f"[{kind}]")


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("Write to Zoe.O'Neil+shop@person.example.", "", "Write to [EMAIL]."),
        ("https://shop.example/?u=zoe%40person.example", "", "https://shop.example/?[EMAIL]"),
        ("Call +1 425 555 0101 or (206) 555-0100", "US", "Call [PHONE] or [PHONE]"),
        ("Call (206) 555-0100", "", "Call (206) 555-0100"),
        ("Mi número es 612 34 56 78, gracias", "ES", "Mi número es [PHONE], gracias"),
        ("+99912345678 is nobody's yet", "", "[PHONE] is nobody's yet"),
        ("My card is 4111 1111 1111 1111, thanks", "US", "My card is [CARD], thanks"),
        ("378282246310005", "US", "[CARD]"),
        ("on 12.03 I paid with 5555-5555-5555-4444 123", "US", "on 12.03 I paid with [CARD] 123"),
        ("4111111111111111 5555555555554444", "US", "[CARD] [CARD]"),
        ("4111 1111 1111 1112 is mistyped", "", "4111 1111 1111 1112 is mistyped"),
        ("Pay to ES91 2100 0418 4502 0005 1332 please", "ES", "Pay to [IBAN] please"),
        ("gb29nwbk60161331926819", "GB", "[IBAN]"),
        ("ES92 2100 0418 4502 0005 1332", "", "ES92 2100 0418 4502 0005 1332"),
        ("Your code is 482913", "", "Your code is [CODE]"),
        ("G-482913 is your Google verification code.", "", "[CODE] is your Google verification code."),
        ("Tu código de verificación: 123-456", "ES", "Tu código de verificación: [CODE]"),
        ("My zip code is 98109", "US", "My zip code is 98109"),
        ("Order 482913 has not come", "US", "Order 482913 has not come"),
        ("It cost 1,234,567.89 dollars in 2026", "US", "It cost 1,234,567.89 dollars in 2026"),
        ("رقمي ٠٥٠ ١٢٣ ٤٥٦٧", "SA", "رقمي [PHONE]"),
        ("Nothing to see", "US", "Nothing to see"),
    ],
)
def test_what_is_personal_is_replaced_and_nothing_else(text: str, region: str, expected: str) -> None:
    assert redacted(text, region) == expected


def test_findings_that_overlap_become_one_of_the_longest_kind() -> None:
    findings = [Finding(2, 5, "PHONE"), Finding(0, 4, "NAME"), Finding(1, 9, "CARD")]
    assert replaced("0123456789", findings, lambda kind, words: f"<{kind} {words}>") == "<CARD 012345678>9"


@given(st.text(alphabet="4105 @.-+abESé", max_size=120))
def test_what_was_redacted_has_nothing_left_to_redact(text: str) -> None:
    assert redacted(once := redacted(text, "US"), "US") == once


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["4", "4 ", "a", "a@", "ES91 ", "code 1234 ", "+1425555", "a."])
def test_a_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        """The least of three, without looking for garbage in all that other tests have left."""
        gc.disable()
        try:
            return min(
                timeit.repeat(
                    lambda: redacted(piece * (length // len(piece)), "US"),
                    timer=time.process_time,
                    number=1,
                    repeat=3,
                )
            )
        finally:
            gc.enable()

    seconds(1_000)  # the library is imported
    assert seconds(160_000) < 20 * max(seconds(20_000), 0.01)  # 8 times the text; 64 times were quadratic


def test_groups_of_digits_cost_little_beside_looking_for_phone_numbers_in_them() -> None:
    """A run of groups was made anew for each pair of its groups: sixty times the time of words."""
    text = "1 " * 10_000
    list(phones(text, "US"))  # the library is imported
    looked = min(timeit.repeat(lambda: list(phones(text, "US")), timer=time.process_time, number=1, repeat=3))
    assert min(timeit.repeat(lambda: personal(text, "US"), timer=time.process_time, number=1, repeat=3)) < 4 * looked


def test_the_country_of_a_number_is_known() -> None:
    assert [region_of(each) for each in ("+14255550101", "+34612345678", "zoe@person.example", "")] == [
        "US",
        "ES",
        "",
        "",
    ]


def test_one_address_has_one_pseudonym_in_all_its_spellings() -> None:
    pseudonyms = Pseudonyms(b"sixteen bytes at")
    assert pseudonyms.of("+14255550101") == pseudonyms.of("14255550101") == pseudonyms.of("+1 (425) 555-0101")
    assert pseudonyms.of("Zoe <Zoe@Person.example>") == pseudonyms.of("zoe@person.example")
    assert pseudonyms.of("zoe@person.example") != Pseudonyms(b"another key, long").of("zoe@person.example")
    assert canonical("US.13491208655302741918") == "US.13491208655302741918"
    assert pseudonyms.of("") == ""


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"short")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? It has not come.", "en"),
        ("¿Dónde está mi pedido? No ha llegado.", "es"),
        ("Où est ma commande, je ne l'ai pas reçue", ""),
        ("Wo ist meine Bestellung? Ich habe sie nicht bekommen.", ""),
        ("Onde está o meu pedido? Não chegou.", ""),
        ("私の注文はどこですか", ""),
        ("Zoe Smith, 12 Main Street", "en"),
    ],
)
def test_comprehend_is_given_english_and_spanish_only(text: str, language: str) -> None:
    assert language_of(text) == language
