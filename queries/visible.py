"""Which tables of a statement are read, and which functions it calls: of the whole tree, wherever they stand."""

from collections.abc import Collection, Iterator

from sqlglot import exp

from queries.errors import NotTranslatableError, UnknownNameError
from queries.positions import position_of
from queries.trino.known import OTHERS

_SYNTAX = frozenset(["if", "row", "try"])  # what is written as a function is
# Functions with a grammar of their own, and what sqlglot takes for functions and Trino for operators.
_KNOWN = (
    *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.ParseJSON, exp.Array, exp.Exists, exp.Extract),
    *(exp.GroupConcat, exp.StrPosition, exp.Substring, exp.Trim, exp.JSONValue, exp.JSONExtract, exp.JSONObject),
    *(exp.Unnest, exp.Any, exp.All, exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp),
    *(exp.RespectNulls, exp.IgnoreNulls),
)


def free_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """Every table that is named and is none of the statement's CTEs, as they are seen from there."""
    for table in tree.find_all(exp.Table):
        if table.db or table.name not in _ctes_seen_from(table) or not isinstance(table.this, exp.Identifier):
            yield table


def _ctes_seen_from(table: exp.Table) -> Iterator[str]:
    """The names of the queries around it, and within a CTE those of the CTEs before it."""
    child: exp.Expr = table
    while parent := child.parent:
        if isinstance(parent, exp.With) and isinstance(child, exp.CTE):
            yield from (cte.alias for cte in parent.expressions[: parent.expressions.index(child)])
        elif not isinstance(child, exp.With) and (with_ := parent.args.get("with_")):
            yield from (cte.alias for cte in with_.expressions)
        child = parent


def check_names(tree: exp.Query, tables: Collection[str], functions: Collection[str]) -> None:
    """Of a composed statement, before any engine has it: each table is ours or a CTE, each function a known one.

    Raises `UnknownNameError` or `NotTranslatableError`.
    """
    for table in free_tables(tree):
        if table.db or table.catalog or table.name not in tables or not isinstance(table.this, exp.Identifier):
            raise UnknownNameError(f"there is no table or view {table.name}", position=position_of(table))
    for node in tree.find_all(exp.Func, exp.UDTF):
        _check_function(node, functions)


def _check_function(node: exp.Expr, functions: Collection[str]) -> None:
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        if name not in functions and name not in OTHERS and name not in _SYNTAX:
            raise UnknownNameError(f"there is no function {name}", position=position_of(node))
    elif isinstance(node, exp.Lateral):
        if node.args.get("view") or not isinstance(node.this, exp.Subquery):
            remedy = "Write CROSS JOIN UNNEST(array) AS t (x)."
            raise NotTranslatableError("LATERAL stands before a query alone", position=position_of(node), remedy=remedy)
    elif not isinstance(node, (*_KNOWN, exp.Values, exp.Subquery)):
        raise NotTranslatableError(f"{type(node).__name__} is not supported", position=position_of(node))
