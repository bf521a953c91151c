"""How an answer is drawn: a line of a catalogue file's header, the same for every medium.

-- chart: bar x=country y=message_price,carrier_fee
-- chart: line x=day y=messages series=channel
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

ChartKind = Literal["bar", "line"]

_CHART = re.compile(r"(bar|line) x=(\w+) y=(\w+(?:,\w+)*)(?: series=(\w+))?")


@dataclass(frozen=True, slots=True)
class Chart:
    """Names of columns: `x` has the places, each of `y` the numbers. With `series`, one line or bar for each value."""

    kind: ChartKind
    x: str
    y: tuple[str, ...]
    series: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it needs."""
        return (self.x, *self.y, *([self.series] if self.series else []))


def read_chart(text: str) -> Chart | None:
    """None when the text is not as above."""
    match = _CHART.fullmatch(text)
    return Chart(cast(ChartKind, match[1]), match[2], tuple(match[3].split(",")), match[4]) if match else None
