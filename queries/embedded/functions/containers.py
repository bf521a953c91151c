"""https://trino.io/docs/current/functions/array.html, …/map.html

An array may hold NULL, and what is compared with it is then unknown, as NULL is: DuckDB's list functions overlook it.
"""

from collections.abc import Sequence

from queries.embedded.forms import Call, Form
from queries.embedded.values import Value, field_names, packed, with_names
from queries.trino.types import array, row

_HAS_NULL = "len(list_filter({0}, LAMBDA item: item IS NULL)) > 0"
_OTHER_HAS_NULL = _HAS_NULL.replace("{0}", "{1}")
_FIRST_NULL = "list_position(list_transform({0}, LAMBDA other: other IS NULL), true)"
_IS_FIRST = f"coalesce(list_position({{0}}, item) = place, {_FIRST_NULL} = place)"
_DISTINCT = f"list_filter({{0}}, LAMBDA item, place: {_IS_FIRST})"
_IN_OTHER = f"(list_position({{1}}, item) IS NOT NULL OR (item IS NULL AND {_OTHER_HAS_NULL}))"


def _matches(name: str, decided_by: str, otherwise: str) -> Form:
    """any_match and its kin: decided by one element, else NULL where one is unknown."""
    decision = "true" if name == "any_match" else "false"
    tests = "list_transform({0}, {1})"
    sql = (
        f"CASE WHEN {{0}} IS NULL THEN NULL WHEN list_contains({tests}, {decided_by}) THEN {decision} "
        f"WHEN len(list_filter({tests}, LAMBDA item: item IS NULL)) > 0 THEN NULL ELSE {otherwise} END"
    )
    return Form(f"{name}(array(T), function(T, boolean)) -> boolean", sql)


def _reduce(call: Call) -> Value:
    """DuckDB's has no last step: it is applied to a list of the one result."""
    items, start, merge, finish = (value.sql for value in call.arguments)
    reduced = f"list_reduce({items}, {merge}, {start})"
    return Value(f"list_extract(list_transform([{reduced}], {finish}), 1)", call.result)


def _zip(call: Call) -> Value:
    inner = [value.type.inner[0] for value in call.arguments]
    result = array(row([""] * len(inner), inner))
    names = field_names(result.inner[0])

    def body(values: Sequence[Value]) -> str:
        longest = f"greatest({', '.join(f'len({value.sql})' for value in values)})"
        parts = [f"{value.sql}[place]" for value in values]
        return f"list_transform(generate_series(1, {longest}), LAMBDA place: {packed(names, parts)})"

    return Value(with_names(call.arguments, body), result)


def _map_entries(call: Call) -> Value:
    result = array(row(["", ""], call.arguments[0].type.inner))
    names = field_names(result.inner[0])
    pair = packed(names, ["entry.key", "entry.value"])
    entries = f"list_transform(map_entries({call.arguments[0].sql}), LAMBDA entry: {pair})"
    return Value(entries, result)


def _map_from_entries(call: Call) -> Value:
    given = call.arguments[0].type.inner[0]
    key, value = field_names(given)
    pair = packed(["k", "v"], [f'entry."{key}"', f'entry."{value}"'])
    return Value(f"map_from_entries(list_transform({call.arguments[0].sql}, LAMBDA entry: {pair}))", call.result)


def _sequence_of_times(unit: str) -> str:
    """By days; by months each from the first, so that after the 31st comes the last of a shorter month."""
    steps = {
        "": "CASE WHEN {0} <= {1} THEN to_days(1) ELSE to_days(-1) END",
        "days": "{2}",
    }
    return f"generate_series(CAST({{0}} AS TIMESTAMP), CAST({{1}} AS TIMESTAMP), {steps[unit]})"


_STEP = "(datepart('year', {2}) * 12 + datepart('month', {2}))"
_BETWEEN = "abs(date_sub('month', CAST({0} AS TIMESTAMP), CAST({1} AS TIMESTAMP)))"
_STEPS = f"generate_series(0, CAST({_BETWEEN} // greatest(1, abs(CAST({_STEP} AS BIGINT))) AS BIGINT) + 1)"
_STEPPED = (
    f"list_transform({_STEPS}, LAMBDA step: CAST({{0}} AS TIMESTAMP) + to_months(CAST(step * {_STEP} AS INTEGER)))"
)
_MONTHS = f"list_filter({_STEPPED}, LAMBDA made: CASE WHEN {_STEP} > 0 THEN made <= {{1}} ELSE made >= {{1}} END)"


def _sequence(kind: str, step: str, sql: str) -> Form:
    parameters = f"{kind}, {kind}, {step}" if step else f"{kind}, {kind}"
    return Form(f"sequence({parameters}) -> array({kind})", f"CAST({sql} AS {{result}})")


def _sort_by_length(call: Call) -> Value:
    raise call.refused("array_sort with a comparison is supported on Athena alone", "Sort with array_sort(array).")


def _union(call: Call) -> Value:
    both = Value(f"list_concat({call.arguments[0].sql}, {call.arguments[1].sql})", call.result)
    nothing = " OR ".join(f"{value.sql} IS NULL" for value in call.arguments)
    whole = with_names([both], lambda values: _DISTINCT.replace("{0}", values[0].sql))
    return Value(f"CASE WHEN {nothing} THEN NULL ELSE {whole} END", call.result)


ARRAYS = (
    _matches("all_match", "false", "true"),
    _matches("any_match", "true", "false"),
    _matches("none_match", "true", "true"),
    Form("array_distinct(array(C)) -> array(C)", _DISTINCT),
    Form(
        "array_intersect(array(C), array(C)) -> array(C)",
        f"list_filter({_DISTINCT}, LAMBDA item: {_IN_OTHER})",
    ),
    Form("array_union(array(C), array(C)) -> array(C)", _union),
    Form(
        "array_except(array(C), array(C)) -> array(C)",
        f"CASE WHEN {{1}} IS NOT NULL THEN list_filter({_DISTINCT}, LAMBDA item: NOT {_IN_OTHER}) END",
    ),
    Form(
        "array_join(array(varchar), varchar) -> varchar",
        "array_to_string(list_filter({0}, LAMBDA item: item IS NOT NULL), {1})",
    ),
    Form(
        "array_join(array(I), varchar) -> varchar",
        "array_to_string(list_filter(CAST({0} AS VARCHAR[]), LAMBDA item: item IS NOT NULL), {1})",
    ),
    Form(
        "array_join(array(varchar), varchar, varchar) -> varchar",
        "array_to_string(list_transform({0}, LAMBDA item: coalesce(item, {2})), {1})",
    ),
    Form(
        "array_join(array(I), varchar, varchar) -> varchar",
        "array_to_string(list_transform(CAST({0} AS VARCHAR[]), LAMBDA item: coalesce(item, {2})), {1})",
    ),
    Form("array_max(array(O)) -> O", f"CASE WHEN {_HAS_NULL} THEN NULL ELSE list_max({{0}}) END"),
    Form("array_min(array(O)) -> O", f"CASE WHEN {_HAS_NULL} THEN NULL ELSE list_min({{0}}) END"),
    Form(
        "array_position(array(C), C) -> bigint",
        "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN CAST(coalesce(list_position({0}, {1}), 0) AS BIGINT) END",
    ),
    Form(
        "array_remove(array(C), C) -> array(C)",
        "CASE WHEN {1} IS NOT NULL THEN list_filter({0}, LAMBDA item: item IS NULL OR item <> {1}) END",
    ),
    Form("array_sort(array(O)) -> array(O)", "list_sort({0}, 'ASC', 'NULLS LAST')"),
    Form("array_sort(array(T), function(T, T, integer)) -> array(T)", _sort_by_length),
    Form(
        "arrays_overlap(array(C), array(C)) -> boolean",
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN list_has_any({0}, {1}) THEN true "
        "WHEN len({0}) = 0 OR len({1}) = 0 THEN false "
        f"WHEN {_HAS_NULL} OR {_OTHER_HAS_NULL} THEN NULL ELSE false END",
    ),
    Form("cardinality(array(T)) -> bigint", "CAST(len({0}) AS BIGINT)"),
    Form("cardinality(map(K, V)) -> bigint", "CAST(cardinality({0}) AS BIGINT)"),
    Form(
        "contains(array(C), C) -> boolean",
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN list_contains({0}, {1}) THEN true "
        f"WHEN {_HAS_NULL} THEN NULL ELSE false END",
    ),
    Form(
        "element_at(array(T), bigint) -> T",
        "CASE WHEN {1} = 0 THEN {fail} ELSE list_extract({0}, {1}) END",
        "'SQL array indices start at 1'",
    ),
    Form("element_at(map(K, V), K) -> V", "list_extract(map_values({0}), list_position(map_keys({0}), {1}))"),
    Form("filter(array(T), function(T, boolean)) -> array(T)", "list_filter({0}, {1})"),
    Form("flatten(array(array(T))) -> array(T)", "flatten({0})"),
    Form("reduce(array(T), S, function(S, T, S), function(S, R)) -> R", _reduce),
    Form(
        "repeat(T, integer) -> array(T)",
        "CASE WHEN {1} < 0 THEN {fail} WHEN {1} IS NOT NULL "
        "THEN list_transform(generate_series(1, {1}), LAMBDA place: {0}) END",
        "'count argument of repeat function must be greater than or equal to 0'",
    ),
    Form("reverse(array(T)) -> array(T)", "list_reverse({0})"),
    _sequence("bigint", "", "generate_series({0}, {1}, CASE WHEN {0} <= {1} THEN 1 ELSE -1 END)"),
    _sequence("bigint", "bigint", "generate_series({0}, {1}, {2})"),
    _sequence("date", "", _sequence_of_times("")),
    _sequence("date", "interval day to second", _sequence_of_times("days")),
    _sequence("date", "interval year to month", _MONTHS),
    _sequence("timestamp", "interval day to second", _sequence_of_times("days")),
    _sequence("timestamp", "interval year to month", _MONTHS),
    Form(
        "slice(array(T), bigint, bigint) -> array(T)",
        "CASE WHEN {1} = 0 OR {2} < 0 THEN {fail} WHEN {1} > 0 THEN list_slice({0}, {1}, {1} + {2} - 1) "
        "WHEN {1} < -len({0}) THEN CAST([] AS {result}) "
        "ELSE list_slice({0}, len({0}) + {1} + 1, len({0}) + {1} + {2}) END",
        "'SQL array indices start at 1, and a length is not negative'",
    ),
    Form("transform(array(T), function(T, U)) -> array(U)", "list_transform({0}, {1})"),
    Form(
        "trim_array(array(T), bigint) -> array(T)",
        "CASE WHEN {1} < 0 OR {1} > len({0}) THEN {fail} ELSE list_slice({0}, 1, len({0}) - {1}) END",
        "'size must be between 0 and the cardinality of the array'",
    ),
    Form("zip(array(T), array(U)) -> array(row(T, U))", _zip),
    Form("zip(array(T), array(U), array(V)) -> array(row(T, U, V))", _zip),
)

MAPS = (
    Form("map() -> map(K, V)", "CAST(MAP {} AS {result})"),
    Form(
        "map(array(C), array(V)) -> map(C, V)",
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN len({0}) <> len({1}) OR "
        + _HAS_NULL
        + " OR len(list_distinct({0})) < len({0}) THEN {fail} ELSE map({0}, {1}) END",
        "'Key and value arrays must be the same length, a key cannot be null, and stands once'",
    ),
    Form("map_concat(map(K, V), map(K, V)...) -> map(K, V)", "map_concat({*})"),
    Form("map_entries(map(K, V)) -> array(row(K, V))", _map_entries),
    Form("map_from_entries(array(row(K, V))) -> map(K, V)", _map_from_entries),
    Form(
        "map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)",
        "map_from_entries(list_filter(map_entries({0}), {1}))",
    ),
    Form("map_keys(map(K, V)) -> array(K)", "map_keys({0})"),
    Form("map_values(map(K, V)) -> array(V)", "map_values({0})"),
    Form(
        "transform_values(map(K, V), function(K, V, U)) -> map(K, U)",
        "map(map_keys({0}), list_transform(map_entries({0}), {1}))",
    ),
)
