"""The numbers beside an axis: round ones, a few, from zero or below to the largest value or above."""

import math
from collections.abc import Sequence

MOST_TICKS = 5


def ticks(values: Sequence[float]) -> tuple[float, ...]:
    """At least two, in equal steps of 1, 2 or 5 times a power of ten; whole where every value is. `values` may be
    empty."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    whole = all(value == int(value) for value in values)
    step = _step((high - low) / (MOST_TICKS - 1), 1.0 if whole else 0.0)
    first, last = math.floor(low / step), max(math.ceil(high / step), 1)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def _step(least: float, floor: float) -> float:
    """The smallest round step that is not below either."""
    wanted = max(least, floor) or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= wanted * (1 - 1e-9))
