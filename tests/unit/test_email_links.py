"""An answer to a mail that may be forged links to us, and to nobody else."""

import time

import pytest

from orchestrator.channels.email.links import only_ours

OURS = ("shop.example", "docs.partner.example")


@pytest.mark.parametrize(
    "text",
    [
        "See https://shop.example/returns, please.",
        "See [our page](https://www.shop.example/returns?x=1#y).",
        "Write to help@shop.example or docs.partner.example/guide.",
        "It costs 3.14 a month, i.e. 37.68 a year, from 10.30am to 5 p.m.",
        "Really? Yes... No 1.5.2 is out, says Node 20.",
        "",
    ],
)
def test_what_is_ours_or_no_address_is_kept(text: str) -> None:
    assert only_ours(text, OURS) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Go to https://evil.example/now!", "Go to […]"),
        ("Go to [shop.example](https://evil.example) now", "Go to shop.example now"),
        ("Go to [https://evil.example](https://evil.example) now", "Go to […] now"),
        ("Go to ![x](http://evil.example/a.png)", "Go to x"),
        ("Go to <http://evil.example>", "Go to <[…]>"),
        ("Go to www.evil.example.", "Go to […]"),
        ("Go to evil.example", "Go to […]"),
        ("Go to evil.example:8080/x", "Go to […]"),
        ("Go to злой.рф", "Go to […]"),
        ("Write to prince@evil.example", "Write to […]"),
        ("https://shop.example.evil.example/", "[…]"),
        ("https://shop.example@evil.example/", "[…]"),
        ("https://evilshop.example/", "[…]"),
        ("https:/evil.example", "[…]"),
        ("https:///evil.example", "[…]"),
        ("hxtp://evil.example", "[…]"),
    ],
)
def test_what_is_not_ours_is_left_out(text: str, kept: str) -> None:
    assert only_ours(text, OURS) == kept


@pytest.mark.parametrize(
    "unit", ["a", "a.", "[", "[a](", "https://", "www.", "@", "a@", "a@b.", "[a](b ", "x://x", "-."]
)
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    def spent(length: int) -> float:
        text, best = unit * (length // len(unit)), 9.0
        for _ in range(3):
            started = time.process_time()
            only_ours(text, OURS)
            best = min(best, time.process_time() - started)
        return best

    assert spent(160_000) <= max(8 * spent(40_000), 0.05)
