"""+ - * / % as Trino has them, by the operands' types.

https://trino.io/docs/current/functions/math.html, …/decimal.html, …/datetime.html#date-and-time-operators
"""

import re
from collections.abc import Mapping, Sequence

from queries.embedded import moments
from queries.embedded.casts import coerced
from queries.embedded.values import Value, failed, literal, physical, with_names
from queries.trino.types import DATE, DAYS, MONTHS, Type, as_decimal, common, decimal

_OF_DAYS = re.compile(r"(?:(?!to_(?:hours|minutes|milliseconds|microseconds)\().)*to_days\((?:(?!to_(?:h|mi)).)*")


class NoOperatorError(ValueError):
    """These types have no such operator; the message says what to write instead, or nothing."""


def computed(operator: str, one: Value, other: Value) -> Value:
    """Raises `NoOperatorError`."""
    types = one.type, other.type
    if all(type_.is_number or type_.name == "unknown" for type_ in types):
        return _of_numbers(operator, one, other)
    if any(type_.name.startswith("interval") for type_ in types) or (
        operator == "-" and all(type_.is_time for type_ in types)
    ):
        return _of_times(operator, one, other)
    remedy = ""
    if operator == "+" and "varchar" in (one.type.name, other.type.name):
        remedy = "Texts are joined by ||."
    elif one.type.is_time and other.type.is_integer:
        remedy = "Write INTERVAL '1' DAY."
    raise NoOperatorError(remedy)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_numbers(operator: str, one: Value, other: Value) -> Value:
    type_ = common(one.type, other.type)
    if type_ is None or type_.name == "unknown":
        raise NoOperatorError("")
    if type_.name == "decimal":
        return _of_decimals(operator, one, other)
    left, right = (Value(coerced(value, type_), type_) for value in (one, other))
    if type_.is_integer:
        symbol = "//" if operator == "/" else operator
        return Value(f"({left.sql} {symbol} {right.sql})", type_)
    return _of_doubles(operator, left, right)


def _of_doubles(operator: str, left: Value, right: Value) -> Value:
    """What is divided by zero is infinite, or no number at all."""
    if operator != "/":
        return Value(f"({left.sql} {operator} {right.sql})", left.type)

    def body(values: Sequence[Value]) -> str:
        a, b = (value.sql for value in values)
        by_zero = f"CASE WHEN {a} > 0 AND NOT isnan({a}) THEN 'inf' WHEN {a} < 0 THEN '-inf' ELSE 'nan' END"
        name = physical(left.type)
        return f"CASE WHEN {b} = 0 AND {a} IS NOT NULL THEN CAST({by_zero} AS {name}) ELSE {a} / {b} END"

    if _is_written_and_not_zero(right.sql):
        return Value(f"({left.sql} / {right.sql})", left.type)
    return Value(f"({with_names([left, right], body)})", left.type)


def _is_written_and_not_zero(sql: str) -> bool:
    """Whether a number is a literal: then nothing has to be asked of it."""
    try:
        return float(sql.removeprefix("CAST(").partition(" AS ")[0]) != 0
    except ValueError:
        return False


def _of_decimals(operator: str, one: Value, other: Value) -> Value:
    left, right = as_decimal(one.type), as_decimal(other.type)
    (precision, scale), (precision2, scale2) = left.digits, right.digits
    widest = max(scale, scale2)
    match operator:
        case "*":
            result = decimal(precision + precision2, scale + scale2)
        case "/":
            result = decimal(precision + scale2 + max(0, scale2 - scale), widest)
            return Value(f"CAST({divided(_as(one, left), _as(other, right), widest)} AS {physical(result)})", result)
        case "%":
            result = decimal(min(precision - scale, precision2 - scale2) + widest, widest)
        case _:
            result = decimal(1 + widest + max(precision - scale, precision2 - scale2), widest)
    sql = f"({_as(one, left).sql} {operator} {_as(other, right).sql})"
    return Value(f"CAST({sql} AS {physical(result)})", result)


def _as(value: Value, type_: Type) -> Value:
    return Value(coerced(value, type_), type_)


def divided(one: Value, other: Value, scale: int) -> str:
    """A decimal of `scale` digits, halves rounded away from zero: exact, by whole numbers of 38 digits."""
    raised = scale - one.type.digits[1] + (other.type.digits[1] if other.type.digits else 0)

    def body(values: Sequence[Value]) -> str:
        a, b = values[0].sql, values[1].sql
        half = f"(2 * abs({a}) * CAST(1{'0' * raised} AS HUGEINT) + abs({b})) // (2 * abs({b}))"
        quotient = f"({half}) * sign({a}) * sign({b})"
        text = f"CAST(CAST({quotient} AS VARCHAR) || 'e-{scale}' AS DECIMAL(38,{scale}))"
        zero = failed(literal("Division by zero"), decimal(38, scale))
        return f"CASE WHEN {b} = 0 AND {a} IS NOT NULL THEN {zero} ELSE {text} END"

    return with_names([Value(_unscaled(one), one.type), Value(_unscaled(other), other.type)], body)


def _unscaled(value: Value) -> str:
    """Its digits as a whole number."""
    if value.type.is_integer:
        return f"CAST({value.sql} AS HUGEINT)"
    return f"CAST(replace(CAST({value.sql} AS VARCHAR), '.', '') AS HUGEINT)"


def negative(value: Value) -> Value:
    if not value.type.is_number and not value.type.name.startswith("interval"):
        raise NoOperatorError("")
    return Value(f"(-{value.sql})", value.type)


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_times(operator: str, one: Value, other: Value) -> Value:
    if one.type.name.startswith("interval") and other.type.name.startswith("interval"):
        if one.type != other.type or operator not in "+-":
            raise NoOperatorError("")
        return Value(f"({one.sql} {operator} {other.sql})", one.type)
    if operator == "-" and one.type.is_time and other.type.is_time:
        return _between(one, other)
    if operator == "*":
        return _times_over(one, other)
    if other.type.name.startswith("interval") and one.type.is_time and operator in "+-":
        return _shifted(one, other, operator)
    if one.type.name.startswith("interval") and other.type.is_time and operator == "+":
        return _shifted(other, one, "+")
    raise NoOperatorError("")


def _times_over(one: Value, other: Value) -> Value:
    interval, number = (one, other) if one.type.name.startswith("interval") else (other, one)
    if not number.type.is_integer:
        raise NoOperatorError("An interval is multiplied by a whole number.")
    return Value(f"({interval.sql} * {number.sql})", interval.type)


def _between(one: Value, other: Value) -> Value:
    if one.type == other.type == DATE:
        return Value(f"to_days(CAST(({one.sql} - {other.sql}) AS INTEGER))", DAYS)
    type_ = common(one.type, other.type)
    if type_ is None:
        raise NoOperatorError("Bring both into one zone, by AT TIME ZONE.")
    moment = [
        f"timezone('UTC', {coerced(value, type_)})" if type_.is_moment else coerced(value, type_)
        for value in (one, other)
    ]
    return Value(f"to_microseconds(epoch_us({moment[0]}) - epoch_us({moment[1]}))", DAYS)


def _shifted(time: Value, interval: Value, operator: str) -> Value:
    """A date moves by whole days; a month later is a month later on the zone's clock."""
    if time.type == DATE:
        if interval.type == DAYS and not _OF_DAYS.fullmatch(interval.sql):
            raise NoOperatorError("Cast the date to a timestamp first.")
        return Value(f"CAST(({time.sql} {operator} {interval.sql}) AS DATE)", DATE)
    if interval.type == MONTHS and time.type.is_moment and time.type.zone != "UTC":
        return Value(moments.at(f"({moments.local(time)} {operator} {interval.sql})", time.type.zone), time.type)
    return Value(f"({time.sql} {operator} {interval.sql})", time.type)


_UNIT_STEPS: Mapping[str, tuple[str, Type]] = {
    "second": ("to_milliseconds(CAST({}000 AS BIGINT))", DAYS),
    "minute": ("to_minutes(CAST({} AS BIGINT))", DAYS),
    "hour": ("to_hours(CAST({} AS BIGINT))", DAYS),
    "day": ("to_days({})", DAYS),
    "month": ("to_months({})", MONTHS),
    "year": ("to_years({})", MONTHS),
}


def interval(number: str, unit: str) -> Value:
    """INTERVAL '2' DAY. Raises `NoOperatorError` for what is no whole number, and for other units."""
    if unit not in _UNIT_STEPS:
        raise NoOperatorError(f"Its units: {', '.join(_UNIT_STEPS)}.")
    sign, digits = (-1, number[1:]) if number[:1] == "-" else (1, number)
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise NoOperatorError("Write a whole number in quotes, as INTERVAL '2' DAY.")
    sql, type_ = _UNIT_STEPS[unit]
    return Value(sql.format(sign * int(digits)), type_)
