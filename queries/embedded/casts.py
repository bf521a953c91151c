"""CAST and TRY_CAST as Trino has them: which there are, what they refuse, how they round.

https://trino.io/docs/current/functions/conversion.html, https://trino.io/docs/current/functions/json.html#cast-to-json
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from queries.embedded import moments
from queries.embedded.values import (
    Value,
    each,
    failed,
    field_names,
    literal,
    null,
    packed,
    physical,
    variable_for,
    with_names,
)
from queries.trino.types import INTEGERS, Type

_NUMBER_TEXT = r"\s*[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*"
_DECIMAL_TEXT = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
# How a text has to be written to be cast, and whether blanks around it are overlooked.
_TEXTS: Mapping[str, tuple[str, bool]] = {
    **dict.fromkeys(INTEGERS, ("[+-]?[0-9]+", False)),
    "double": (_NUMBER_TEXT, True),
    "real": (_NUMBER_TEXT, True),
    "decimal": (_DECIMAL_TEXT, False),
    "date": (moments.DATE_TEXT, True),
}


class NoCastError(ValueError):
    """There is no such cast here; the message says what to write instead, or nothing."""


def cast(value: Value, wanted: Type, *, safe: bool = False) -> Value:
    """`safe`: NULL where the cast fails. Raises `NoCastError`."""
    given = value.type
    if given.is_moment and wanted.is_moment and value.text is None:
        wanted = replace(wanted, zone=given.zone)
    if given == wanted or given.name == "unknown":
        return Value(null(wanted) if given.name == "unknown" else value.sql, wanted, value.text)
    if wanted.name == "timestamp with time zone" and given.name == "varchar":
        return _moment_of_text(value, wanted, safe=safe)
    if value.text is not None and _is_written_time(value.text, wanted):
        return Value(f"CAST({literal(value.text.strip())} AS {physical(wanted)})", wanted)
    casting = _Casting(safe=safe)
    return Value(with_names([value], lambda named: casting.one(named[0].sql, given, wanted)), wanted)


def _is_written_time(text: str, wanted: Type) -> bool:
    """A constant date or timestamp is one at once, so that files are pruned by it."""
    if wanted.name not in ("date", "timestamp") or not re.fullmatch(
        moments.DATE_TEXT if wanted.name == "date" else moments.TIMESTAMP_TEXT, text
    ):
        return False
    read = moments.read_moment(text)
    return read is not None and read[2] <= max(wanted.digits, default=0)


def coerced(value: Value, wanted: Type) -> str:
    """A value where another type is wanted that it becomes by itself."""
    given = value.type
    if given.name == "unknown":
        return null(wanted)
    if physical(given) == physical(wanted):
        return value.sql
    if given.inner and given.name != "map":
        return cast(value, wanted).sql
    return f"CAST({value.sql} AS {physical(wanted)})"


def _moment_of_text(value: Value, wanted: Type, *, safe: bool) -> Value:
    """The zone is the type's: so it has to be known, the text constant."""
    if value.text is None:
        raise NoCastError("Write from_iso8601_timestamp(text), or with_timezone(CAST(text AS timestamp), 'UTC').")
    try:
        read = moments.read_moment(value.text)
    except moments.UnknownZoneError as error:
        raise NoCastError(f"There is no time zone {error}.") from error
    if read is None:
        message = literal(f"Cannot cast '{value.text}' to {wanted}")
        return Value(null(wanted) if safe else failed(message, wanted), wanted)
    moment, zone, digits = read
    zone = zone or "UTC"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=moments.zone_named(zone))
    utc = moment.astimezone(moments.zone_named("UTC"))
    sql = f"CAST('{utc.isoformat(sep=' ')}' AS TIMESTAMPTZ)"
    return Value(sql, replace(wanted, zone=zone, digits=(max(digits, wanted.digits[0]),)))


class _Casting:
    """Of a value that may stand several times. In the safe one what fails is NULL."""

    def __init__(self, *, safe: bool) -> None:
        self._safe = safe
        self._cast = "TRY_CAST" if safe else "CAST"

    def one(self, value: str, given: Type, wanted: Type) -> str:
        """The cast's SQL. Raises `NoCastError`."""
        if given == wanted or wanted.name == "unknown":
            return value
        if given.name == "unknown":
            return self._plain(value, wanted)
        if wanted.name == "json":
            return self._to_json(value, given)
        return self._rule(given)(value, given, wanted)

    def _rule(self, given: Type) -> Callable[[str, Type, Type], str]:
        if given.is_number:
            return self._of_number
        if given.is_time:
            return self._of_time
        if given.inner:
            return self._of_several
        if rule := _RULES.get(given.name):
            return lambda value, _, wanted: rule(self, value, wanted)
        raise NoCastError("")

    def _plain(self, value: str, wanted: Type) -> str:
        return f"{self._cast}({value} AS {physical(wanted)})"

    def _failed(self, value: str, wanted: Type) -> str:
        if self._safe:
            return null(wanted)
        before, after = literal("Cannot cast '"), literal(f"' to {wanted}")
        told = f"{before} || left(CAST({value} AS VARCHAR), 200) || {after}"
        return failed(told, wanted)

    def _if_like(self, value: str, pattern: str, then: str, wanted: Type) -> str:
        fails = self._failed(value, wanted)
        is_like = f"regexp_full_match({value}, {literal(pattern)})"
        return f"CASE WHEN {is_like} THEN {then} WHEN {value} IS NOT NULL THEN {fails} END"

    # ── of texts ──────────────────────────────────────────────────────────────────────────────────────────────────

    def of_text(self, value: str, wanted: Type) -> str:
        """Strictly: a whole number is digits, a date is a date alone."""
        if wanted.name == "varchar":
            return f"left({value}, {wanted.digits[0]})" if wanted.digits else value
        if wanted.name == "boolean":
            return self._boolean_of_text(value, wanted)
        if wanted.name == "timestamp":
            return self._timestamp_of_text(value, wanted)
        if wanted.name not in _TEXTS:
            raise NoCastError("Write to_utf8(text)." if wanted.name == "varbinary" else "Write json_parse(text) first.")
        pattern, is_trimmed = _TEXTS[wanted.name]
        return self._if_like(value, pattern, self._fitting(f"trim({value})" if is_trimmed else value, wanted), wanted)

    def _boolean_of_text(self, value: str, wanted: Type) -> str:
        yes, no = f"lower({value}) IN ('true', 't', '1')", f"lower({value}) IN ('false', 'f', '0')"
        fails = self._failed(value, wanted)
        return f"CASE WHEN {yes} THEN true WHEN {no} THEN false WHEN {value} IS NOT NULL THEN {fails} END"

    def _fitting(self, value: str, wanted: Type) -> str:
        """A text of the right form: what is too large, or in no calendar, is told in Trino's words."""
        tried = f"TRY_CAST({value} AS {physical(wanted)})"
        return tried if self._safe else f"coalesce({tried}, {self._failed(value, wanted)})"

    def _timestamp_of_text(self, value: str, wanted: Type) -> str:
        whole = f"regexp_replace(trim({value}), '^([0-9-]+ \\d+:\\d+)$', '\\1:00')"
        parsed = self._fitting(whole, wanted)
        return self._if_like(value, moments.TIMESTAMP_TEXT, moments.rounded(parsed, wanted), wanted)

    def of_boolean(self, value: str, wanted: Type) -> str:
        if wanted.is_number:
            return self._plain(value, wanted)
        if wanted.name == "varchar":
            return f"CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"
        raise NoCastError("")

    # ── of numbers and times ──────────────────────────────────────────────────────────────────────────────────────

    def _of_number(self, value: str, given: Type, wanted: Type) -> str:
        if wanted.is_number:
            rounds = given.name in ("double", "real") and wanted.is_integer
            return self._plain(f"round({value})" if rounds else value, wanted)  # halves away from zero
        if wanted.name == "boolean":
            return f"({value} <> 0)"
        if wanted.name != "varchar":
            raise NoCastError("Write from_unixtime(seconds)." if wanted.is_time else "")
        if given.name in ("double", "real"):
            raise NoCastError("Athena writes it as 1.5E0: write format('%.2f', x), or cast it to a decimal first.")
        return self._short_enough(f"CAST({value} AS VARCHAR)", wanted)

    def _short_enough(self, text: str, wanted: Type) -> str:
        if not wanted.digits:
            return text
        fails = self._failed(text, wanted)
        return f"CASE WHEN length({text}) > {wanted.digits[0]} THEN {fails} ELSE {text} END"

    def _of_time(self, value: str, given: Type, wanted: Type) -> str:
        shown = Value(value, given)
        match wanted.name:
            case "varchar":
                return self._short_enough(moments.written(shown), wanted)
            case "date":
                return f"CAST({moments.local(shown)} AS DATE)"
            case "timestamp":
                return self._rounded(f"CAST({moments.local(shown)} AS TIMESTAMP)", given, wanted)
            case "timestamp with time zone":
                return value if given.is_moment else moments.at(f"CAST({value} AS TIMESTAMP)", wanted.zone)
        raise NoCastError("Write to_unixtime(time)." if wanted.is_number else "")

    def _rounded(self, sql: str, given: Type, wanted: Type) -> str:
        return moments.rounded(sql, wanted) if given.digits > wanted.digits else sql

    # ── of what holds others ──────────────────────────────────────────────────────────────────────────────────────

    def _of_several(self, value: str, given: Type, wanted: Type) -> str:
        if given.name != wanted.name or len(given.inner) != len(wanted.inner):
            raise NoCastError("Write array_join(array, ', ')." if given.name == "array" else "")
        if given.name == "array":
            return each(value, lambda item: self.one(item, given.inner[0], wanted.inner[0]))
        if given.name == "map":
            keys = each(f"map_keys({value})", lambda item: self.one(item, given.inner[0], wanted.inner[0]))
            values = each(f"map_values({value})", lambda item: self.one(item, given.inner[1], wanted.inner[1]))
            return f"CASE WHEN {value} IS NOT NULL THEN map({keys}, {values}) END"
        parts = zip(field_names(given), given.inner, wanted.inner, strict=True)
        sqls = [self.one(f'{value}."{name}"', mine, theirs) for name, mine, theirs in parts]
        return f"CASE WHEN {value} IS NOT NULL THEN {packed(field_names(wanted), sqls)} END"

    # ── of JSON, and to it ────────────────────────────────────────────────────────────────────────────────────────

    def of_json(self, value: str, wanted: Type) -> str:
        """What is no such value fails; null is NULL."""
        if wanted.inner:
            return self._several_of_json(value, wanted)
        text = f"json_extract_string({value}, '$')"
        rules = {
            "varchar": f"WHEN 'VARCHAR' THEN {text} WHEN 'BIGINT' THEN {text} WHEN 'UBIGINT' THEN {text} "
            f"WHEN 'BOOLEAN' THEN {text}",
            "boolean": f"WHEN 'BOOLEAN' THEN {text} = 'true' WHEN 'VARCHAR' THEN {self.of_text(text, wanted)}"
            if wanted.name == "boolean"
            else "",
            "date": f"WHEN 'VARCHAR' THEN {self.of_text(text, wanted)}" if wanted.name == "date" else "",
        }
        branches = rules.get(wanted.name) or self._number_of_json(text, wanted)
        if wanted.name == "varchar" and wanted.digits:
            raise NoCastError("Cast it to varchar first, and that to a shorter one.")
        kind = f"json_type({value})"
        return f"CASE {kind} {branches} {self._or_failed(value, wanted)} END"

    def _number_of_json(self, text: str, wanted: Type) -> str:
        if not wanted.is_number:
            raise NoCastError("")
        double = Type("double")
        whole = self.of_text(text, wanted)
        fraction = self._of_number(self._plain(text, double), double, wanted) if wanted.name != "decimal" else whole
        truth = f"CASE WHEN {text} = 'true' THEN 1 ELSE 0 END"
        wholes = " ".join(f"WHEN '{kind}' THEN {whole}" for kind in ("VARCHAR", "BIGINT", "UBIGINT"))
        return f"{wholes} WHEN 'DOUBLE' THEN {fraction} WHEN 'BOOLEAN' THEN {truth}"

    def _or_failed(self, value: str, wanted: Type) -> str:
        """The last branches of a CASE over JSON's kinds."""
        fails = self._failed(value, wanted)
        return f"WHEN 'NULL' THEN NULL ELSE CASE WHEN {value} IS NOT NULL THEN {fails} END"

    def _several_of_json(self, value: str, wanted: Type) -> str:
        items = f"CAST({value} AS JSON[])"
        match wanted.name:
            case "array":
                kind, made = "ARRAY", each(items, lambda item: self._item(item, wanted.inner[0]))
            case "map":
                if wanted.inner[0].name != "varchar":
                    raise NoCastError("Its keys are texts: map(varchar, …).")
                pairs = f"map_values(CAST({value} AS MAP(VARCHAR, JSON)))"
                values = each(pairs, lambda item: self._item(item, wanted.inner[1]))
                kind, made = "OBJECT", f"map(map_keys(CAST({value} AS MAP(VARCHAR, JSON))), {values})"
            case _:
                return self._row_of_json(value, wanted)
        return f"CASE json_type({value}) WHEN '{kind}' THEN {made} {self._or_failed(value, wanted)} END"

    def _item(self, item: str, wanted: Type) -> str:
        """A part of an array or an object, which DuckDB gives as NULL where JSON has null."""
        return f"coalesce({item}, CAST('null' AS JSON))" if wanted.name == "json" else self.of_json(item, wanted)

    def _row_of_json(self, value: str, wanted: Type) -> str:
        """Of an object by the fields' names, in any case; of an array by their places."""
        by_place = [
            self._item(f"json_extract({value}, '$[{index}]')", type_) for index, type_ in enumerate(wanted.inner)
        ]
        names = field_names(wanted)
        by_name = [self._item(_member(value, name), type_) for name, type_ in zip(names, wanted.inner, strict=True)]
        of_object, of_array = packed(names, by_name), packed(names, by_place)
        otherwise = self._or_failed(value, wanted)
        return f"CASE json_type({value}) WHEN 'OBJECT' THEN {of_object} WHEN 'ARRAY' THEN {of_array} {otherwise} END"

    def _to_json(self, value: str, given: Type) -> str:
        """A text becomes a JSON text, whatever it holds: json_parse reads one."""
        match given.name:
            case "array":
                inner = each(value, lambda item: self._to_json(item, given.inner[0]))
            case "map" if given.inner[0].name == "varchar":
                sorted_ = f"list_sort(map_entries({value}))"
                values = each(sorted_, lambda item: self._to_json(f"{item}.value", given.inner[1]))
                keys = each(sorted_, lambda item: f"{item}.key")
                inner = f"map({keys}, {values})"
            case "row" if all(given.fields):
                parts = zip(field_names(given), given.inner, strict=True)
                inner = packed(given.fields, [self._to_json(f'{value}."{name}"', type_) for name, type_ in parts])
            case "timestamp" | "timestamp with time zone":
                inner = moments.written(Value(value, given))
            case "row" | "map" | "varbinary" | "interval day to second" | "interval year to month":
                raise NoCastError("Name the row's fields by a cast first." if given.name == "row" else "")
            case "json":
                return value
            case _:
                inner = value
        return f"CASE WHEN {value} IS NOT NULL THEN to_json({inner}) END"


def _member(value: str, name: str) -> str:
    """What an object has under a name, in any case."""
    variable = variable_for(value, name)
    named = f"list_filter(json_keys({value}), LAMBDA {variable}: lower({variable}) = {literal(name)})[1]"
    return f"json_extract({value}, '$.\"' || {named} || '\"')"


_RULES: Mapping[str, Callable[[_Casting, str, Type], str]] = {
    "varchar": _Casting.of_text,
    "boolean": _Casting.of_boolean,
    "json": _Casting.of_json,
}
