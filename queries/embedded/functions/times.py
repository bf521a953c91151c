"""https://trino.io/docs/current/functions/datetime.html

A moment is an instant; its zone is its type's. What it shows on a clock is `{0.local}`.
"""

from collections.abc import Callable
from dataclasses import replace

from queries.embedded import moments
from queries.embedded.casts import cast, coerced
from queries.embedded.forms import Call, Form
from queries.embedded.values import Value, failed, literal, with_names
from queries.trino.types import DATE, DOUBLE, MOMENT, TIMESTAMP

# In DuckDB's words; a quarter is three months, of which intervals have a function.
_UNITS = {unit: unit for unit in ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")}
_OF_CLOCK = ("millisecond", "second", "minute", "hour")
_STEPS = {
    **{unit: f"to_{unit}s(CAST({{}} AS BIGINT))" for unit in ("millisecond", "second", "minute", "hour")},
    **{unit: f"to_{unit}s(CAST({{}} AS INTEGER))" for unit in ("day", "week", "month", "year")},
    "quarter": "to_months(CAST(3 * {} AS INTEGER))",
}


def zone_of(call: Call, index: int) -> str:
    """A constant zone. Raises `NotTranslatableError`."""
    zone = moments.canonical(call.text(index, "a time zone"))
    try:
        moments.zone_named(zone)
    except moments.UnknownZoneError as error:
        raise call.refused(f"there is no time zone {error}", "Write one as Europe/Madrid, or as +02:00.") from error
    return zone


def moved(value: Value, sql: str, call: Call) -> Value:
    """The instant in a zone."""
    return Value(sql, replace(MOMENT, zone=zone_of(call, len(call.arguments) - 1), digits=value.type.digits or (3,)))


def at_timezone(call: Call) -> Value:
    """The same instant, shown by another clock; a time without a zone is the session's, UTC."""
    return moved(call.arguments[0], coerced(call.arguments[0], MOMENT), call)


def _with_timezone(call: Call) -> Value:
    local = coerced(call.arguments[0], TIMESTAMP)
    return moved(call.arguments[0], moments.at(local, zone_of(call, 1)), call)


def _from_unixtime(call: Call) -> Value:
    instant = f"to_timestamp(round({coerced(call.arguments[0], DOUBLE)} * 1e3) / 1e3)"
    if len(call.arguments) == 2:
        return Value(instant, replace(MOMENT, zone=zone_of(call, 1)))
    return Value(instant, MOMENT)


def unit_of(call: Call) -> str:
    """date_add's, date_diff's or date_trunc's unit. Raises `NotTranslatableError`."""
    unit = call.text(0, "a unit").lower()
    if unit not in _UNITS:
        raise call.refused(f"{call.name} has no unit {unit}", f"Its units: {', '.join(_UNITS)}.")
    return unit


def _kept(value: Value, sql_of_local: Callable[[str], str]) -> Value:
    """Something done to what the clock shows, as the type that it was."""
    if value.type == DATE:
        return Value(f"CAST({sql_of_local(value.sql)} AS DATE)", DATE)
    if value.type.is_moment and value.type.zone != "UTC":
        return Value(moments.at(sql_of_local(moments.local(value)), value.type.zone), value.type)
    return Value(sql_of_local(value.sql), value.type)


def _date_trunc(call: Call) -> Value:
    unit, value = unit_of(call), call.arguments[1]
    if value.type == DATE and unit in _OF_CLOCK:
        raise call.refused(f"a date has no {unit}", "Cast it to a timestamp first.")
    return _kept(value, lambda local: f"date_trunc('{unit}', {local})")


def _date_add(call: Call) -> Value:
    unit, value = unit_of(call), call.arguments[2]
    if value.type == DATE and unit in _OF_CLOCK:
        raise call.refused(f"a date has no {unit}", "Cast it to a timestamp first.")
    step = _STEPS[unit].format(call.arguments[1].sql)
    if unit in _OF_CLOCK:  # an hour later is an hour later on any clock
        return Value(f"({value.sql} + {step})", value.type)
    return _kept(value, lambda local: f"({local} + {step})")


def _date_diff(call: Call) -> Value:
    """Whole units that have passed, not boundaries that were crossed: days and longer ones on the first one's clock."""
    unit, first, last = unit_of(call), call.arguments[1], call.arguments[2]
    if first.type.is_moment or last.type.is_moment:
        zone = first.type.zone or "UTC"
        both = [
            Value(coerced(value, replace(MOMENT, zone=value.type.zone or "UTC")), MOMENT) for value in (first, last)
        ]
        shown = [
            value.sql if unit in _OF_CLOCK else moments.local(Value(value.sql, replace(MOMENT, zone=zone)))
            for value in both
        ]
    else:
        shown = [coerced(value, TIMESTAMP) for value in (first, last)]
    return Value(f"CAST(date_sub('{unit}', {shown[0]}, {shown[1]}) AS BIGINT)", call.result)


def _letters(call: Call, read: Callable[[str], str]) -> str:
    try:
        return literal(read(call.text(1, "a format")))
    except moments.UnknownLetterError as error:
        raise call.refused(f"{call.name} has no {error} here", "docs/sql-functions.md has the letters.") from error


def _date_format(call: Call) -> Value:
    shown = f"strftime({moments.local(call.arguments[0])}, {_letters(call, moments.mysql_format)})"
    return Value(shown, call.result)


def _format_datetime(call: Call) -> Value:
    return Value(f"strftime({moments.local(call.arguments[0])}, {_letters(call, moments.joda_format)})", call.result)


def date_parse(call: Call, *, safe: bool = False) -> Value:
    """`safe`: NULL for a text that is no such time. Files are pruned by either."""
    letters = _letters(call, lambda text: moments.mysql_format(text, parsing=True))
    text = call.arguments[0].sql
    return Value(f"{'try_strptime' if safe else 'strptime'}({text}, {letters})", TIMESTAMP)


def _to_iso8601(call: Call) -> Value:
    value = call.arguments[0]
    if value.type == DATE:
        return Value(f"strftime({value.sql}, '%Y-%m-%d')", call.result)
    text = f"strftime({moments.local(value)}, '%Y-%m-%dT%H:%M:%S.%g')"
    if not value.type.is_moment:
        return Value(text, call.result)
    if value.type.zone == "UTC":
        return Value(f"({text} || 'Z')", call.result)
    minutes = f"CAST(date_sub('minute', timezone('UTC', {value.sql}), {moments.local(value)}) AS INTEGER)"
    sign = f"CASE WHEN {minutes} < 0 THEN '-' ELSE '+' END"
    return Value(f"({text} || {sign} || printf('%02d:%02d', abs({minutes}) // 60, abs({minutes}) % 60))", call.result)


def _from_iso8601_timestamp(call: Call) -> Value:
    """A text that is written out keeps its zone; of others only those in UTC are taken, so that all have one zone."""
    text = call.arguments[0].text
    if text is not None:
        plain = text.replace("T", " ", 1).strip()
        read = cast(Value(literal(plain), call.arguments[0].type, plain), MOMENT)
        return Value(read.sql, replace(read.type, digits=(3,)))

    def body(values: list[Value]) -> str:
        [value] = values
        form = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?(?:Z|[+-]00:?00)?)?"
        fails = failed(f"'Not an ISO 8601 time in UTC: ' || {value.sql}", MOMENT)
        read = (
            f"CAST(regexp_replace(replace({value.sql}, ',', '.'), '(T..:..)(Z|[+-]00:?00)?$', "
            f"'\\1:00\\2') AS TIMESTAMPTZ)"
        )
        return (
            f"CASE WHEN regexp_full_match({value.sql}, {literal(form)}) THEN {read} WHEN {value.sql} "
            f"IS NOT NULL THEN {fails} END"
        )

    return Value(with_names(call.arguments[:1], lambda values: body(list(values))), MOMENT)


def _part(name: str, sql: str, *, of_clock: bool = False) -> Form:
    """A part of what the clock shows."""

    def built(call: Call) -> Value:
        if of_clock and call.arguments[0].type == DATE:
            raise call.refused(f"a date has no {name}", "Cast it to a timestamp first.")
        return Value(f"CAST({sql.format(moments.local(call.arguments[0]))} AS BIGINT)", call.result)

    return Form(f"{name}(M) -> bigint", built)


def _to_unixtime(call: Call) -> Value:
    """Of a time without a zone, as a clock in UTC shows it."""
    return Value(f"(epoch_us({coerced(call.arguments[0], MOMENT)}) / 1e6)", call.result)


def _zone(call: Call) -> Value:
    zone = call.arguments[0].type.zone
    return Value(literal(zone), call.result, zone)


def _date(call: Call) -> Value:
    return cast(call.arguments[0], DATE)


def _offset(name: str, unit: str) -> Form:
    def built(call: Call) -> Value:
        value = call.arguments[0]
        minutes = f"CAST(date_sub('minute', timezone('UTC', {value.sql}), {moments.local(value)}) AS BIGINT)"
        return Value(f"({minutes} {unit} 60)", call.result)

    return Form(f"{name}(M) -> bigint", lambda call: _of_moment(call, built))


def _of_moment(call: Call, built: Callable[[Call], Value]) -> Value:
    if not call.arguments[0].type.is_moment:
        raise call.refused(f"{call.name} is of times with a zone")
    return built(call)


PARTS = {
    "year": "year({})",
    "quarter": "quarter({})",
    "month": "month({})",
    "week": "weekofyear({})",
    "week_of_year": "weekofyear({})",
    "day": "day({})",
    "day_of_month": "day({})",
    "day_of_week": "isodow({})",
    "dow": "isodow({})",
    "day_of_year": "dayofyear({})",
    "doy": "dayofyear({})",
    "year_of_week": "isoyear({})",
    "yow": "isoyear({})",
}
CLOCK_PARTS = {
    "hour": "hour({})",
    "minute": "minute({})",
    "second": "second({})",
    "millisecond": "millisecond({}) % 1000",
}

TIMES = (
    *(_part(name, sql) for name, sql in PARTS.items()),
    *(_part(name, sql, of_clock=True) for name, sql in CLOCK_PARTS.items()),
    _offset("timezone_hour", "//"),
    _offset("timezone_minute", "%"),
    Form("at_timezone(M, varchar) -> timestamp with time zone", at_timezone),
    Form("with_timezone(timestamp, varchar) -> timestamp with time zone", _with_timezone),
    Form("timezone(M) -> varchar", lambda call: _of_moment(call, _zone)),
    Form("current_timezone() -> varchar", lambda call: Value("'UTC'", call.result, "UTC")),
    Form("date(M) -> date", _date),
    Form("date(varchar) -> date", _date),
    Form("date_trunc(varchar, M) -> M", _date_trunc),
    Form("date_add(varchar, bigint, M) -> M", _date_add),
    Form("date_diff(varchar, M, L) -> bigint", _date_diff),
    Form("date_format(M, varchar) -> varchar", _date_format),
    Form("date_parse(varchar, varchar) -> timestamp", date_parse),
    Form("format_datetime(M, varchar) -> varchar", _format_datetime),
    Form(
        "from_iso8601_date(varchar) -> date",
        (
            "CASE WHEN regexp_full_match({0}, '\\d\\d\\d\\d-\\d\\d-\\d\\d') THEN CAST({0} AS DATE) "
            "WHEN {0} IS NOT NULL THEN {fail} END"
        ),
        "'Not an ISO 8601 date as 2026-07-01: ' || {0}",
    ),
    Form("from_iso8601_timestamp(varchar) -> timestamp with time zone", _from_iso8601_timestamp),
    Form("from_unixtime(double) -> timestamp with time zone", _from_unixtime),
    Form("from_unixtime(double, varchar) -> timestamp with time zone", _from_unixtime),
    Form("last_day_of_month(M) -> date", "CAST(last_day({0.local}) AS DATE)"),
    Form("to_iso8601(M) -> varchar", _to_iso8601),
    Form("to_milliseconds(interval day to second) -> bigint", "CAST(epoch_ms({0}) AS BIGINT)"),
    Form("to_unixtime(M) -> double", _to_unixtime),
)
