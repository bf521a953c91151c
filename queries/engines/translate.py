"""Athena SQL to DuckDB SQL: sqlglot does most of it, and here is what it leaves different.

Each rule replaces one kind of node by a call of a macro of trino.sql that means what Trino means. What sqlglot itself
cannot say in DuckDB's SQL is refused, never approximated.

Known differences, stricter or of text only: dividing a double by zero fails instead of giving infinity; a timestamp or
a double cast to varchar, and a number out of JSON, is written DuckDB's way (1.50 is 1.5; use date_format for times); a
capturing group that took no part in a match gives '' instead of NULL; blanks around a number that is cast to a decimal
are overlooked; a lambda over a map is refused. The others are compared with a second engine: tests/velox.
"""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from queries.engines.unnest import rewrite_unnest
from queries.errors import NotTranslatableError
from queries.positions import find_name

_REFUSED = {
    "format_datetime": "Use date_format with MySQL's letters.",
    "parse_datetime": "Use date_parse with MySQL's letters.",
    "map_filter": "Unnest the map instead.",
    "transform_keys": "Unnest the map instead.",
    "transform_values": "Unnest the map instead.",
    "zip_with": "Unnest both arrays together instead.",
}
# Functions that sqlglot does not know, and that DuckDB has with another meaning.
_RENAMED = {
    "url_encode": "trino_url_encode",
    "url_decode": "trino_url_decode",
    "reverse": "trino_reverse",
    "json_array_length": "trino_json_array_length",
}


def to_duckdb(tree: exp.Query) -> str:
    """The statement in DuckDB's SQL; `tree` is used up. Raises `NotTranslatableError`."""
    for node in reversed(list(tree.bfs())):  # innermost first: a replaced node's children are already translated
        if rule := _RULES.get(type(node)):
            replacement = rule(node)
            if replacement is not node:
                node.replace(replacement)
    try:
        return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as exc:
        raise NotTranslatableError(f"the embedded engine cannot run this: {exc}") from exc


def _call(name: str, *arguments: exp.Expr | None) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[argument for argument in arguments if argument is not None])


def _of_moment(moment: exp.Expr, call: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A call of a macro that is chosen by a moment's type. DuckDB chooses before it knows an aggregate's: there it is
    called within a lambda."""
    if not moment.find(exp.AggFunc, exp.Window):
        return call(moment)
    body = exp.Lambda(this=call(exp.column("moment")), expressions=[exp.to_identifier("moment")])
    transformed = _call("list_transform", exp.array(moment), body)
    return _call("list_extract", transformed, exp.Literal.number(1))


def _divide(node: exp.Expr) -> exp.Expr:
    return _call("trino_divide", node.this, node.expression)


def _subscript(node: exp.Expr) -> exp.Expr:
    """`element_at` is a bracket that is `safe`. sqlglot has made literal positions count from 0."""
    if node.args.get("safe") or len(node.expressions) != 1:
        return node
    key = node.expressions[0]
    if key.is_int:
        key = exp.convert(key.to_py() + 1)
    return _call("trino_subscript", node.this, key)


def _json_extract(node: exp.Expr) -> exp.Expr:
    return _call("trino_json_extract", node.this, node.expression)


def _json_extract_scalar(node: exp.Expr) -> exp.Expr:
    return _call("trino_json_extract_scalar", node.this, node.expression)


def _cast(node: exp.Expr) -> exp.Expr:
    """A JSON text cast to varchar is the text; DuckDB would keep its quotes."""
    inner = node.this.unnest()
    is_json = isinstance(inner, exp.ParseJSON) or (
        isinstance(inner, exp.Anonymous) and inner.name == "trino_json_extract"
    )
    if is_json and node.args["to"].is_type(*exp.DataType.TEXT_TYPES):
        return _call("trino_json_text", inner)
    if not is_json and node.args["to"].is_type(*exp.DataType.INTEGER_TYPES):
        node.set("this", _call("trino_whole", node.this))
    return node


def _regexp_extract(node: exp.Expr) -> exp.Expr:
    group = node.args.get("group") or exp.Literal.number(0)
    return _call("trino_regexp_extract", node.this, node.expression, group)


def _regexp_replace(node: exp.Expr) -> exp.Expr:
    """Trino writes a captured group `$1`, DuckDB `\\1`."""
    replacement = node.args.get("replacement")
    if isinstance(replacement, exp.Literal):
        replacement.set("this", re.sub(r"\$(\d)", r"\\\1", replacement.name))
    return node


def _split_part(node: exp.Expr) -> exp.Expr:
    return _call("trino_split_part", node.this, node.args["delimiter"], node.args["part_index"])


def _date_diff(node: exp.Expr) -> exp.Expr:
    return _call("trino_date_diff", exp.Literal.string(node.text("unit").lower()), node.expression, node.this)


def _date_add(node: exp.Expr) -> exp.Expr:
    return _shift(node.this, exp.Interval(this=exp.paren(node.expression), unit=node.args["unit"]))


def _shift(moment: exp.Expr, step: exp.Expr) -> exp.Expr:
    return _of_moment(moment, lambda known: _call("trino_shift", known, step))


def _plus(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Interval) and not isinstance(node.expression, exp.Interval):
        return _shift(node.expression, node.this)
    if isinstance(node.expression, exp.Interval) and not isinstance(node.this, exp.Interval):
        return _shift(node.this, node.expression)
    return node


def _minus(node: exp.Expr) -> exp.Expr:
    if isinstance(node.expression, exp.Interval) and not isinstance(node.this, exp.Interval):
        return _shift(node.this, exp.Neg(this=node.expression))
    return node


def _truncate_date(node: exp.Expr) -> exp.Expr:
    unit = exp.Literal.string(node.text("unit").lower())
    return _of_moment(node.this, lambda known: _call("trino_date_trunc", unit, known))


def _at_time_zone(node: exp.Expr) -> exp.Expr:
    return _call("at_timezone", node.this, node.args["zone"])


def _sequence(node: exp.Expr) -> exp.Expr:
    step = node.args.get("step")
    name = "trino_sequence_by" if step else "trino_sequence"
    return _call(name, node.args["start"], node.args["end"], step)


def _slice(node: exp.Expr) -> exp.Expr:
    return _call("trino_slice", node.this, node.args["start"], node.args["end"])


def _cardinality(node: exp.Expr) -> exp.Expr:
    """sqlglot's is of arrays alone; DuckDB's `cardinality` is of maps too."""
    return _call("cardinality", node.this)


def _array_position(node: exp.Expr) -> exp.Expr:
    """0 when it is not in the array; DuckDB's is NULL then."""
    return _call("trino_array_position", node.this, node.expression)


def _array_distinct(node: exp.Expr) -> exp.Expr:
    return _call("trino_distinct", node.this)


def _array_except(node: exp.Expr) -> exp.Expr:
    return _call("trino_except", node.this, node.expression)


def _substring(node: exp.Expr) -> exp.Expr:
    return _call("trino_substr", node.this, node.args["start"], node.args.get("length"))


def _trim(node: exp.Expr) -> exp.Expr:
    """Of white space, unless the statement names the characters."""
    if node.expression:
        return node
    sides = {"": "trino_trim", "LEADING": "trino_ltrim", "TRAILING": "trino_rtrim"}
    return _call(sides[node.text("position").upper()], node.this)


def _reverse(node: exp.Expr) -> exp.Expr:
    return _call("trino_reverse", node.this)


def _character(node: exp.Expr) -> exp.Expr:
    return _call("chr", exp.cast(node.expressions[0], exp.DType.INT))


def _format(node: exp.Expr) -> exp.Expr:
    return _call("printf", node.this, *node.expressions)


def _approximate_percentile(node: exp.Expr) -> exp.Expr:
    if node.args.get("weight") or node.args.get("accuracy"):
        raise NotTranslatableError("the embedded engine has no approx_percentile with weights")
    return node


def _reduce(node: exp.Expr) -> exp.Expr:
    """DuckDB's has no last step: it is applied to a list of the one result."""
    reduced = _call("list_reduce", node.this, node.args["merge"], node.args["initial"])
    return _call(
        "list_extract", _call("list_transform", exp.array(reduced), node.args["finish"]), exp.Literal.number(1)
    )


def _distance(_: exp.Expr) -> exp.Expr:
    raise NotTranslatableError("the embedded engine counts bytes, not letters, between two texts")


def _try(node: exp.Expr) -> exp.Expr:
    if any(call.name in _UNTRIED for call in node.find_all(exp.Anonymous)):
        raise NotTranslatableError(
            "the embedded engine has no try(…) around m[key], a[index] or slice", remedy="Use element_at, without try."
        )
    if isinstance(node.this, exp.StrToTime):  # try_strptime, by which files are pruned
        node.this.set("safe", True)
        return node.this
    return node


def _function(node: exp.Expr) -> exp.Expr:
    """Functions that sqlglot does not know, by their names."""
    name = str(node.this).lower()
    if name == "to_iso8601":
        return _of_moment(node.expressions[0], lambda known: _call(name, known))
    if name in _REFUSED:
        root = node.root()
        raise NotTranslatableError(
            f"the embedded engine has no {name}",
            position=find_name(root, name) if isinstance(root, exp.Query) else None,
            remedy=_REFUSED[name],
        )
    if name in _MATCHES:
        aggregate, of_nothing, negated = _MATCHES[name]
        matches = _call("list_aggregate", _call("list_transform", *node.expressions), exp.Literal.string(aggregate))
        matched = exp.func("coalesce", matches, exp.Boolean(this=of_nothing))
        there = exp.not_(exp.Is(this=node.expressions[0].copy(), expression=exp.Null()))
        return exp.Case().when(there, exp.not_(matched) if negated else matched)
    return _call(_RENAMED[name], *node.expressions) if name in _RENAMED else node


# Macros that fail by error(), which DuckDB does not try.
_UNTRIED = frozenset(["trino_subscript", "trino_slice"])
# any_match and its kin: the aggregate over the lambda's results, what an empty array gives, and whether to negate.
_MATCHES = {
    "any_match": ("bool_or", False, False),
    "all_match": ("bool_and", True, False),
    "none_match": ("bool_or", False, True),
}

_RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _divide,
    exp.Bracket: _subscript,
    exp.JSONExtract: _json_extract,
    exp.JSONExtractScalar: _json_extract_scalar,
    exp.Cast: _cast,
    exp.RegexpExtract: _regexp_extract,
    exp.RegexpReplace: _regexp_replace,
    exp.SplitPart: _split_part,
    exp.DateDiff: _date_diff,
    exp.DateAdd: _date_add,
    exp.DateTrunc: _truncate_date,
    exp.TimestampTrunc: _truncate_date,
    exp.Add: _plus,
    exp.Sub: _minus,
    exp.AtTimeZone: _at_time_zone,
    exp.GenerateSeries: _sequence,
    exp.ArraySlice: _slice,
    exp.ArrayPosition: _array_position,
    exp.ArraySize: _cardinality,
    exp.ArrayDistinct: _array_distinct,
    exp.ArrayExcept: _array_except,
    exp.Levenshtein: _distance,
    exp.Try: _try,
    exp.Substring: _substring,
    exp.Trim: _trim,
    exp.Reverse: _reverse,
    exp.Chr: _character,
    exp.TryCast: _cast,
    exp.Format: _format,
    exp.ApproxQuantile: _approximate_percentile,
    exp.Reduce: _reduce,
    exp.Anonymous: _function,
    exp.Unnest: rewrite_unnest,
}
