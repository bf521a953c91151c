"""Examples of Trino's documentation, and values that follow from its words: what the embedded engine is held to.

A line of examples.tsv: a page below https://trino.io/docs/current/functions/, what is selected, its value as JSON.
"""

import functools
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CALLED = re.compile(r"\b([a-z_0-9]+)\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Example:
    """`value`: times in ISO 8601, decimals as text, bytes in hexadecimal digits."""

    page: str
    selected: str
    value: object

    @property
    def url(self) -> str:
        return f"https://trino.io/docs/current/functions/{self.page}.html"


@functools.cache
def examples() -> tuple[Example, ...]:
    """All of them."""
    lines = Path(__file__).with_name("examples.tsv").read_text(encoding="utf-8").splitlines()
    parts = (line.split("\t") for line in lines if line)
    return tuple(Example(page, selected, json.loads(value)) for page, selected, value in parts)


def examples_of_each() -> Mapping[str, int]:
    """How many there are of each function, by its name."""
    return Counter(name.lower() for each in examples() for name in set(_CALLED.findall(each.selected)))
