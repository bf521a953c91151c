"""How an answer is drawn: a line of a catalogue file's header, the same for every medium.

-- chart: bar x=country y=message_price,carrier_fee
-- chart: bar x=carrier,iso_country_code y=delivery_rate
-- chart: line x=day y=messages series=channel counts
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

ChartKind = Literal["bar", "line"]

_CHART = re.compile(r"(bar|line) x=(\w+(?:,\w+)*) y=(\w+(?:,\w+)*)(?: series=(\w+))?( counts)?")


@dataclass(frozen=True, slots=True)
class Chart:
    """Names of columns: `x` has the places, each of `y` the numbers. With `series`, one line or bar for each value.

    Further columns of `x` tell places of the same name apart; what is the same in every row is not shown.

    `counts`: each number counts things, so that a time without a row has 0 of them, and hours add up to days.
    """

    kind: ChartKind
    x: tuple[str, ...]
    y: tuple[str, ...]
    series: str | None = None
    counts: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it needs."""
        return (*self.x, *self.y, *([self.series] if self.series else []))


def read_chart(text: str) -> Chart | None:
    """None when the text is not as above."""
    match = _CHART.fullmatch(text)
    if match is None:
        return None
    kind, x, y, series, counts = match.groups()
    return Chart(cast(ChartKind, kind), tuple(x.split(",")), tuple(y.split(",")), series, counts is not None)
