"""https://trino.io/docs/current/functions/aggregate.html, …/window.html"""

from queries.embedded.arithmetic import divided
from queries.embedded.forms import Call, aggregate, window
from queries.embedded.values import Value, physical, variable_for
from queries.trino.types import BIGINT, MOST_DIGITS, decimal


def _sum_of_decimals(call: Call) -> Value:
    result = decimal(MOST_DIGITS, call.arguments[0].type.digits[1])
    return Value(f"CAST({_plain(call, 'sum')} AS {physical(result)})", result)


def _plain(call: Call, name: str) -> str:
    around = call.around
    return f"{name}({around.distinct}{call.arguments[0].sql}){around.after}"


def _average_of_decimals(call: Call) -> Value:
    """A decimal of as many digits, halves rounded away from zero; DuckDB's is a double."""
    type_ = call.arguments[0].type
    total = Value(_plain(call, "sum"), decimal(MOST_DIGITS, type_.digits[1]))
    counted = Value(_plain(call, "count"), BIGINT)
    return Value(f"CAST({divided(total, counted, type_.digits[1])} AS {physical(type_)})", type_)


def _map_agg(call: Call) -> Value:
    """The first value of a key is kept, and what has no key is left out; DuckDB's map() refuses a second."""
    key, value = (argument.sql for argument in call.arguments)
    around = call.around
    where = f"({around.where}) AND {key} IS NOT NULL" if around.where else f"{key} IS NOT NULL"
    pair = f"struct_pack(k := {key}, v := {value})"
    pairs = f"list({pair}{around.order}) FILTER (WHERE {where}){around.over}"
    variable = variable_for(pairs)
    numbered = (
        f"list_transform({pairs}, LAMBDA {variable}, place: struct_pack(k := {variable}.k, n := "
        f"place, v := {variable}.v))"
    )
    kept = f"list_filter({variable}, LAMBDA pair, place: place = 1 OR {variable}[place - 1].k <> pair.k)"
    entries = f"list_transform({kept}, LAMBDA pair: struct_pack(k := pair.k, v := pair.v))"
    made = f"list_extract(list_transform([list_sort({numbered})], LAMBDA {variable}: map_from_entries({entries})), 1)"
    return Value(made, call.result)


def _percentile(call: Call) -> Value:
    value, wanted = call.arguments
    rate = f"CAST({wanted.sql} AS FLOAT{'[]' if wanted.type.name == 'array' else ''})"
    return Value(
        f"CAST(approx_quantile({value.sql}, {rate}){call.around.after} AS {physical(call.result)})", call.result
    )


_STATISTICS = {
    "stddev": "stddev_samp",
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "variance": "var_samp",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
}
_PAIRS = ("corr", "covar_pop", "covar_samp", "regr_intercept", "regr_slope")

AGGREGATES = (
    aggregate("any_value(T) -> T", "any_value({distinct}{0}{order}){over}"),
    aggregate("arbitrary(T) -> T", "any_value({distinct}{0}{order}){over}"),
    aggregate("array_agg(T) -> array(T)", "list({distinct}{0}{order}){over}"),
    aggregate("avg(I) -> double", "avg({distinct}CAST({0} AS DOUBLE)){over}"),
    aggregate("avg(D) -> D", _average_of_decimals),
    aggregate("avg(real) -> real", "CAST(avg({distinct}{0}){over} AS FLOAT)"),
    aggregate("avg(double) -> double", "avg({distinct}{0}){over}"),
    aggregate("bool_and(boolean) -> boolean", "bool_and({0}){over}"),
    aggregate("bool_or(boolean) -> boolean", "bool_or({0}){over}"),
    aggregate("every(boolean) -> boolean", "bool_and({0}){over}"),
    aggregate("count() -> bigint", "count(*){over}"),
    aggregate("count(T) -> bigint", "count({distinct}{0}){over}"),
    aggregate("count_if(boolean) -> bigint", "CAST(count_if({0}){over} AS BIGINT)"),
    aggregate("geometric_mean(double) -> double", "exp(avg(ln({0})){over})"),
    aggregate("max(O) -> O", "max({0}){over}"),
    aggregate("max(O, bigint) -> array(O)", "max({0}, {1}){over}"),
    aggregate("max_by(T, O) -> T", "arg_max_null({0}, {1}){over}"),
    aggregate("max_by(T, O, bigint) -> array(T)", "arg_max({0}, {1}, {2}){over}"),
    aggregate("min(O) -> O", "min({0}){over}"),
    aggregate("min(O, bigint) -> array(O)", "min({0}, {1}){over}"),
    aggregate("min_by(T, O) -> T", "arg_min_null({0}, {1}){over}"),
    aggregate("min_by(T, O, bigint) -> array(T)", "arg_min({0}, {1}, {2}){over}"),
    aggregate("sum(I) -> bigint", "CAST(sum({distinct}{0}){over} AS BIGINT)"),
    aggregate("sum(D) -> D", _sum_of_decimals),
    aggregate("sum(real) -> real", "CAST(sum({distinct}{0}){over} AS FLOAT)"),
    aggregate("sum(double) -> double", "sum({distinct}{0}){over}"),
    aggregate("bitwise_and_agg(bigint) -> bigint", "bit_and({0}){over}"),
    aggregate("bitwise_or_agg(bigint) -> bigint", "bit_or({0}){over}"),
    aggregate("bitwise_xor_agg(bigint) -> bigint", "bit_xor({0}){over}"),
    aggregate("histogram(C) -> map(C, bigint)", "CAST(histogram({0}){over} AS {result})"),
    aggregate("map_agg(C, V) -> map(C, V)", _map_agg),
    aggregate("approx_distinct(C) -> bigint", "count(DISTINCT {0}){over}"),
    *(
        aggregate(f"approx_percentile({type_}, {rate}) -> {result}", _percentile)
        for type_ in ("bigint", "real", "double")
        for rate, result in (("double", type_), ("array(double)", f"array({type_})"))
    ),
    *(aggregate(f"{name}(double, double) -> double", f"{name}({{0}}, {{1}}){{over}}") for name in _PAIRS),
    *(aggregate(f"{name}(double) -> double", f"{sql}({{0}}){{over}}") for name, sql in _STATISTICS.items()),
)
LISTAGG = aggregate("listagg(varchar, varchar) -> varchar", "string_agg({distinct}{0}, {1}{order}){over}")

WINDOWS = (
    *(
        window(f"{name}() -> bigint", f"{name}(){{over}}", ordered=False)
        for name in ("row_number", "rank", "dense_rank")
    ),
    *(window(f"{name}() -> double", f"{name}(){{over}}", ordered=False) for name in ("percent_rank", "cume_dist")),
    window("ntile(bigint) -> bigint", "CAST(ntile({0}){over} AS BIGINT)", ordered=False),
    *(
        form
        for name in ("lag", "lead")
        for form in (
            window(f"{name}(T) -> T", f"{name}({{0}}{{nulls}}){{over}}", nulls=True),
            window(f"{name}(T, bigint) -> T", f"{name}({{0}}, {{1}}{{nulls}}){{over}}", nulls=True),
            window(f"{name}(T, bigint, T) -> T", f"{name}({{0}}, {{1}}, {{2}}{{nulls}}){{over}}", nulls=True),
        )
    ),
    *(
        window(f"{name}(T) -> T", f"{name}({{0}}{{nulls}}){{over}}", nulls=True, ordered=False)
        for name in ("first_value", "last_value")
    ),
    window("nth_value(T, bigint) -> T", "nth_value({0}, {1}{nulls}){over}", nulls=True, ordered=False),
)
