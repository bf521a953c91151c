"""What is not supported is said with its name, its place, and what to write instead: never approximated.

`FORMS` names every argument that a part of a statement may have. What sqlglot read into another one would otherwise be
left out of DuckDB's SQL without a word.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from sqlglot import exp

from queries.embedded.scope import Scope
from queries.errors import NotTranslatableError, UnknownNameError
from queries.positions import position_of
from queries.trino.known import ELSEWHERE, OTHERS

_FEW = 8  # names that are told where none is near
_BINARY = "this expression"
FORMS: Mapping[type[exp.Expr], frozenset[str]] = {
    form: frozenset(arguments.split())
    for form, arguments in {
        exp.Literal: "this is_string",
        exp.Boolean: "this",
        exp.Null: "",
        exp.HexString: "this",
        exp.Column: "this table db",
        exp.Identifier: "this quoted",
        exp.Dot: _BINARY,
        exp.Paren: "this",
        exp.Add: _BINARY,
        exp.Sub: _BINARY,
        exp.Mul: _BINARY,
        exp.Div: f"{_BINARY} typed safe",
        exp.Mod: _BINARY,
        exp.Neg: "this",
        exp.DPipe: f"{_BINARY} safe",
        exp.EQ: _BINARY,
        exp.NEQ: _BINARY,
        exp.GT: _BINARY,
        exp.GTE: _BINARY,
        exp.LT: _BINARY,
        exp.LTE: _BINARY,
        exp.NullSafeEQ: _BINARY,
        exp.NullSafeNEQ: _BINARY,
        exp.And: _BINARY,
        exp.Or: _BINARY,
        exp.Not: "this",
        exp.Is: _BINARY,
        exp.Between: "this low high",
        exp.In: "this expressions query",
        exp.Like: f"{_BINARY} negate",
        exp.Escape: _BINARY,
        exp.Case: "this ifs default",
        exp.If: "this true false",
        exp.Cast: "this to",
        exp.TryCast: "this to safe",
        exp.ParseJSON: "this is_literal",
        exp.Array: "expressions",
        exp.Tuple: "expressions",
        exp.Bracket: "this expressions safe offset",
        exp.Subquery: "this alias with_",
        exp.Exists: "this",
        exp.Anonymous: "this expressions",
        exp.Filter: _BINARY,
        exp.Window: "this partition_by order spec alias over",
        exp.WindowSpec: "kind start start_side end end_side",
        exp.Ordered: "this desc nulls_first",
        exp.GroupConcat: "this separator",
        exp.Extract: _BINARY,
        exp.AtTimeZone: "this zone",
        exp.StrPosition: "this substr",
        exp.Substring: "this start length",
        exp.Trim: "this expression position",
        exp.Interval: "this unit",
        exp.JSONValue: "this path returning on_condition",
        exp.JSONExtract: f"{_BINARY} option json_query quote on_condition",
        exp.Lambda: "this expressions",
        exp.Select: "with_ expressions from_ joins where group having windows order limit offset distinct",
        exp.Union: "with_ this expression distinct order limit offset",
        exp.Except: "with_ this expression distinct order limit offset",
        exp.Intersect: "with_ this expression distinct order limit offset",
        exp.With: "expressions",
        exp.CTE: "this alias materialized",
        exp.TableAlias: "this columns",
        exp.Table: "this alias",
        exp.Values: "expressions alias with_ order limit offset",
        exp.Unnest: "expressions alias offset",
        exp.Lateral: "this alias",
        exp.Join: "this kind side on using method",
        exp.Group: "expressions",
        exp.GroupingSets: "expressions",
        exp.Cube: "expressions",
        exp.Rollup: "expressions",
        exp.Distinct: "",
        exp.Limit: "expression",
        exp.Offset: "expression",
        exp.Fetch: "direction count limit_options",
        exp.LimitOptions: "rows with_ties",
        exp.Star: "",
        exp.Alias: "this alias",
    }.items()
}
_NEAREST = {
    "qualify": "Put the window function into a subquery, and WHERE around it.",
    "laterals": "Write CROSS JOIN UNNEST(array) AS t (x).",
    "sample": "TABLESAMPLE takes other rows each time; write LIMIT.",
    "distinct_on": "Write max_by(x, y) with GROUP BY.",
    "recursive": "WITH RECURSIVE is supported on Athena alone.",
    "on_overflow": "Write listagg(x, ',') WITHIN GROUP (ORDER BY x).",
    "pivots": "Write sum(x) FILTER (WHERE …) for each column.",
}


def refused(node: exp.Expr, problem: str, remedy: str = "") -> NotTranslatableError:
    """What to raise where a part of the statement is not supported."""
    return NotTranslatableError(problem, position=position_of(node), remedy=remedy)


def check_form(node: exp.Expr) -> None:
    """Raises `NotTranslatableError` for an argument that is not listed."""
    known = FORMS.get(type(node), frozenset())
    for name, value in node.args.items():
        if name not in known and (value or value == 0) and value is not False:
            raise refused(
                node, f"{name.strip('_').upper().replace('_', ' ')} is not supported here", _NEAREST.get(name, "")
            )


def no_function(node: exp.Expr, name: str, known: Sequence[str]) -> NotTranslatableError | UnknownNameError:
    """What to raise for a function that the embedded engine has not, whether or not Athena has."""
    if remedy := ELSEWHERE.get(name):
        near = f"Write {remedy}."
    else:
        close = get_close_matches(name, known, 3)
        near = f"Nearest here: {', '.join(close)}." if close else "`parley query --functions` lists what there is."
    if name in OTHERS:
        return refused(node, f"the embedded engine has no {name}", near)
    return UnknownNameError(f"there is no function {name}", position=position_of(node), remedy=near)


def no_column(node: exp.Expr, parts: Sequence[str], scope: Scope) -> UnknownNameError:
    """What to raise for a name that no relation at hand has."""
    if len(parts) > 1 and not scope.relation(parts[0]):
        return UnknownNameError(f"there is no table {parts[0]} here", position=position_of(node))
    name = parts[min(1, len(parts) - 1)]
    place = position_of(node.this if isinstance(node, exp.Column) else node)
    close = get_close_matches(name, scope.names(), 3)
    some = scope.names()[:_FEW]
    remedy = f"Did you mean one of {', '.join(close)}?" if close else f"There are: {', '.join(some)}, …" if some else ""
    return UnknownNameError(f"there is no column {name}", position=place, remedy=remedy)
