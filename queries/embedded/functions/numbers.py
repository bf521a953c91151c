"""https://trino.io/docs/current/functions/math.html, …/bitwise.html, …/conversion.html, …/conditional.html"""

from collections.abc import Sequence

from queries.embedded.forms import Call, Form
from queries.embedded.values import Value, literal, physical, with_names
from queries.trino.types import decimal


def _whole(function: str) -> tuple[Form, ...]:
    """ceil and floor: a decimal loses its fraction, and has a digit more for what may be carried."""

    def of_decimal(call: Call) -> Value:
        precision, scale = call.arguments[0].type.digits
        result = decimal(precision - scale + min(scale, 1), 0)
        return Value(f"CAST({function}({call.arguments[0].sql}) AS {physical(result)})", result)

    names = ("ceil", "ceiling") if function == "ceil" else (function,)
    return tuple(
        form
        for name in names
        for form in (
            Form(f"{name}(I) -> I", "{0}"),
            Form(f"{name}(D) -> D", of_decimal),
            Form(f"{name}(double) -> double", f"{function}({{0}})"),
        )
    )


def _round_decimal(call: Call) -> Value:
    precision, scale = call.arguments[0].type.digits
    result = decimal(precision - scale + min(scale, 1), 0)
    return Value(f"CAST({call.arguments[0].sql} AS {physical(result)})", result)


def _round_decimal_to(call: Call) -> Value:
    """The digits that remain are a constant's: of a computed number, DuckDB would not know the type."""
    precision, scale = call.arguments[0].type.digits
    number = call.arguments[0].sql
    places = call.number(1, "a number of places")
    result = decimal(precision + 1, scale)
    kept = f"CAST({number} AS {physical(decimal(precision + 1, max(0, min(scale, places))))})"
    if places < 0:
        kept = f"round({number}, {places})"
    return Value(f"CAST({kept} AS {physical(result)})", result)


def _truncate_decimal(call: Call) -> Value:
    precision, scale = call.arguments[0].type.digits
    result = decimal(max(1, precision - scale), 0)
    return Value(f"CAST(trunc({call.arguments[0].sql}) AS {physical(result)})", result)


def _extreme(function: str) -> Form:
    """NULL where any is NULL; DuckDB overlooks them."""

    def built(call: Call) -> Value:
        def body(values: Sequence[Value]) -> str:
            nothing = " OR ".join(f"{value.sql} IS NULL" for value in values)
            return f"CASE WHEN {nothing} THEN NULL ELSE {function}({', '.join(value.sql for value in values)}) END"

        return Value(with_names(call.arguments, body), call.result)

    return Form(f"{function}(O, O...) -> O", built)


def _formatted(call: Call) -> Value:
    """Java's Formatter and C's printf agree on %s, %d and %f with flags and widths, and on %%."""
    import re  # noqa: PLC0415  # only where it is called

    pattern = call.text(0, "a format")
    letters = re.findall(r"%([-+0 #,]*)(\d*)(\.\d+)?([a-zA-Z%$])", pattern)
    if len(letters) != pattern.count("%") - sum(letter == "%" for *_, letter in letters):
        raise call.refused("format has a letter that is not supported", "Supported are %s, %d, %f, %x and %%.")
    wanted = [(flags, letter) for flags, _, _, letter in letters if letter != "%"]
    given = call.arguments[1:]
    if len(wanted) != len(given):
        raise call.refused(f"format has {len(wanted)} places and {len(given)} values")
    arguments = [_printed(call, flags, letter, value) for (flags, letter), value in zip(wanted, given, strict=True)]
    template = re.sub(r"%([-+0 #]*),([-+0 #]*)(\d*)(\.\d+)?([df])", r"%\1\2\3\4\5", pattern)
    if template != pattern:
        raise call.refused("format's flag , is not supported", "Write %d or %.2f.")
    return Value(f"printf({', '.join([call.arguments[0].sql, *arguments])})", call.result)


def _printed(call: Call, flags: str, letter: str, value: Value) -> str:
    type_ = value.type
    if (letter == "s" and type_.name in ("varchar", "boolean")) or (type_.is_integer and letter == "s"):
        return f"CAST({value.sql} AS VARCHAR)"
    if letter in ("d", "x") and type_.is_integer:
        return value.sql
    if letter == "f" and type_.name in ("double", "real", "decimal"):
        return f"CAST({value.sql} AS DOUBLE)"
    raise call.refused(f"format writes no {type_} as %{flags}{letter}", "%s writes texts, %d whole numbers, %f others.")


def _typed(call: Call) -> Value:
    """A text's type has its length, which is not followed here."""
    name = str(call.arguments[0].type)
    if "varchar" in name or "row" in name:
        raise call.refused("typeof is supported for numbers, times and booleans alone")
    return Value(literal(name), call.result, name)


_DOUBLES = {
    **{
        name: f"{name}({{0}})" for name in ("acos", "asin", "atan", "cos", "cosh", "sin", "sinh", "tan", "tanh", "cbrt")
    },
    **{name: f"{name}({{0}})" for name in ("degrees", "exp", "radians")},
    # Java gives no error where a logarithm or a root has no value.
    "ln": (
        "CASE WHEN {0} > 0 THEN ln({0}) WHEN {0} = 0 THEN CAST('-inf' AS DOUBLE) WHEN {0} IS NOT "
        "NULL THEN CAST('nan' AS DOUBLE) END"
    ),
    "log2": (
        "CASE WHEN {0} > 0 THEN log2({0}) WHEN {0} = 0 THEN CAST('-inf' AS DOUBLE) WHEN {0} IS "
        "NOT NULL THEN CAST('nan' AS DOUBLE) END"
    ),
    "log10": (
        "CASE WHEN {0} > 0 THEN log10({0}) WHEN {0} = 0 THEN CAST('-inf' AS DOUBLE) WHEN {0} IS "
        "NOT NULL THEN CAST('nan' AS DOUBLE) END"
    ),
    "sqrt": "CASE WHEN {0} >= 0 THEN sqrt({0}) WHEN {0} IS NOT NULL THEN CAST('nan' AS DOUBLE) END",
}

NUMBERS = (
    Form("abs(N) -> N", "abs({0})"),
    *_whole("ceil"),
    *_whole("floor"),
    Form("e() -> double", "exp(1e0)"),
    *(Form(f"{name}(double) -> double", sql) for name, sql in _DOUBLES.items()),
    Form("atan2(double, double) -> double", "atan2({0}, {1})"),
    Form("log(double, double) -> double", "log2({1}) / log2({0})"),
    Form("mod(I, I) -> I", "({0} % {1})"),
    Form("mod(double, double) -> double", "({0} % {1})"),
    Form("pi() -> double", "pi()"),
    Form("pow(double, double) -> double", "power({0}, {1})"),
    Form("power(double, double) -> double", "power({0}, {1})"),
    Form("round(I) -> I", "{0}"),
    Form("round(D) -> D", _round_decimal),
    Form("round(double) -> double", "round({0})"),
    Form("round(D, integer) -> D", _round_decimal_to),
    Form("round(double, integer) -> double", "round({0}, {1})"),
    Form("sign(I) -> I", "CAST(sign({0}) AS {result})"),
    Form("sign(double) -> double", "CASE WHEN isnan({0}) THEN {0} ELSE CAST(sign({0}) AS DOUBLE) END"),
    Form("truncate(D) -> D", _truncate_decimal),
    Form("truncate(double) -> double", "trunc({0})"),
    Form(
        "width_bucket(double, double, double, bigint) -> bigint",
        (
            "CASE WHEN {3} <= 0 OR {1} = {2} THEN {fail} WHEN {1} < {2} THEN CAST(greatest(0, "
            "least({3} + 1, floor({3} * ({0} - {1}) / ({2} - {1})) + 1)) AS BIGINT) ELSE "
            "CAST(greatest(0, least({3} + 1, floor({3} * ({1} - {0}) / ({1} - {2})) + 1)) AS BIGINT) "
            "END"
        ),
        "'bucketCount must be greater than 0, and the bounds not be equal'",
    ),
    Form("infinity() -> double", "CAST('inf' AS DOUBLE)"),
    Form("nan() -> double", "CAST('nan' AS DOUBLE)"),
    Form("is_finite(double) -> boolean", "isfinite({0})"),
    Form("is_infinite(double) -> boolean", "isinf({0})"),
    Form("is_nan(double) -> boolean", "isnan({0})"),
    Form("from_base(varchar, bigint) -> bigint", lambda call: Value(_from_base(call), call.result)),
    Form(
        "to_base(bigint, bigint) -> varchar",
        (
            "CASE WHEN {0} < 0 THEN '-' || lower(to_base(-{0}, CAST({1} AS INTEGER))) ELSE "
            "lower(to_base({0}, CAST({1} AS INTEGER))) END"
        ),
    ),
    Form(
        "bit_count(bigint, bigint) -> bigint",
        (
            "CASE WHEN {1} = 64 THEN CAST(bit_count({0}) AS BIGINT) WHEN {1} BETWEEN 2 AND 63 THEN "
            "CAST(bit_count({0} & ((1::BIGINT << {1}) - 1)) AS BIGINT) WHEN {1} IS NOT NULL THEN "
            "{fail} END"
        ),
        "'Bits specified in bit_count must be between 2 and 64'",
    ),
    Form("bitwise_and(bigint, bigint) -> bigint", "({0} & {1})"),
    Form("bitwise_not(bigint) -> bigint", "(~{0})"),
    Form("bitwise_or(bigint, bigint) -> bigint", "({0} | {1})"),
    Form("bitwise_xor(bigint, bigint) -> bigint", "xor({0}, {1})"),
    _extreme("greatest"),
    _extreme("least"),
    Form("format(varchar, A...) -> varchar", _formatted),
    Form("typeof(T) -> varchar", _typed),
    Form("nullif(C, C) -> C", "nullif({0}, {1})"),
    Form("coalesce(T, T...) -> T", "coalesce({*})"),
)


def _from_base(call: Call) -> str:
    if call.number(1, "a base") != 16:
        raise call.refused("from_base is supported with the base 16 alone", "Write from_base(x, 16).")

    def body(values: Sequence[Value]) -> str:
        number = f"CAST('0x' || {values[0].sql} AS BIGINT)"
        return f"CASE WHEN {values[0].sql} IS NOT NULL THEN {number} END"

    return with_names([call.arguments[0]], body)
