"""Numbers as people read them. A column's meaning ends in its unit: `what these cost; US dollars`."""

import math
from decimal import Decimal
from typing import Literal, cast, get_args

Unit = Literal["", "0 to 1", "US dollars", "milliseconds", "seconds"]
_SHORT: dict[Unit, str] = {"": "", "0 to 1": "%", "US dollars": "US$", "milliseconds": "ms", "seconds": "s"}


def unit_of(meaning: str) -> Unit:
    """The unit that a header's line names last; "" where the number only counts."""
    last = meaning.rpartition("; ")[2]
    return cast(Unit, last) if last in get_args(Unit) else ""


def bare(meaning: str) -> str:
    """The meaning without its unit."""
    return meaning.removesuffix(f"; {unit}") if (unit := unit_of(meaning)) else meaning


def short(unit: Unit) -> str:
    """What is written beside a number, or above a column of them. A share is shown in per cent."""
    return _SHORT[unit]


def shown(value: float, unit: Unit = "") -> str:
    """A number with three digits that count, or all before the point: 12,345 or 0.0123, 21.6 %, $0.0165, 3,568 ms."""
    match unit:
        case "0 to 1":
            return f"{_plain(value * 100)} %"
        case "US dollars":
            return f"${value:,.2f}" if abs(value) >= 1 else f"${_plain(value)}"
        case _:
            return f"{_plain(value)} {short(unit)}".rstrip()


def _plain(value: float) -> str:
    """Never with an exponent."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{Decimal(f'{value:.3g}'):f}"
