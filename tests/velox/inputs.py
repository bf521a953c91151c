"""What expressions are compared on: texts that engines disagree about, and numbers at the ends of their types."""

import random
from collections.abc import Mapping, Sequence

Column = Sequence[str | int | float | None]

TEXTS = (
    *(
        "",
        " ",
        "a",
        " Ab ",
        "abc",
        "aab",
        "añ😀",
        "ÀÉ",
        "İ",
        "ß",
        "e\u0301",
        "x@shop.example",
        "A <b@C.example>",
        "@",
        "a@b@c",
    ),
    *(
        "a,b,,c",
        ",",
        "2026/07/01/13",
        "2026/13/01/00",
        "1.50",
        "-3",
        " 3",
        "+3",
        "1e3",
        "9223372036854775808",
        "0.000009",
        "٣",
    ),
    *(
        '{"a": {"b": "x"}, "n": 1.5, "l": [1, 2]}',
        '{"a": null}',
        "{",
        "[1, 2]",
        "null",
        '"x"',
        "true",
        '{"a": ""}',
        "[]",
    ),
    *(
        "https://u@shop.example:80/a/b?x=1&y=%20#f",
        "shop.example/a",
        "https://shop.example",
        "mailto:a@b",
        "?x=1",
        "http://a",
    ),
    *("it's", "%", "_", "\\", "a\\b", "line\nbreak", "\t", "$1", "(", "a.c", "é" * 50, None),
)
NUMBERS = (0, 1, -1, 2, 3, -3, 7, -7, 10, 100, 999, 2**31 - 1, -(2**31), 2**53 + 1, 1782910800000, 1782910799999, None)
SMALL = (-3, -1, 0, 1, 2, 3, 5, None)
DOUBLES = (0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.125, 1 / 3, 0.1 + 0.2, 1e-7, 123456.789, 1e15, -1e15, None)
_ROWS = 300


def columns() -> Mapping[str, Column]:
    """`t` and `u` are texts, `n` and `k` (small) bigints, `d` and `e` doubles; `i` counts the rows. Always the same."""
    dice = random.Random("two engines")
    drawn: dict[str, list[str | int | float | None]] = {
        name: [*values, *dice.choices(values, k=_ROWS - len(values))]
        for name, values in (("t", TEXTS), ("u", TEXTS), ("n", NUMBERS), ("k", SMALL), ("d", DOUBLES), ("e", DOUBLES))
    }
    for values in list(drawn.values())[1:]:
        dice.shuffle(values)
    return {"i": list(range(_ROWS)), **drawn}
