"""UNNEST as Trino has it: a map gives two columns, several arrays are zipped, rows are spread, positions count from 1.

DuckDB's takes one array. So it becomes a subquery that unnests in its SELECT, where DuckDB zips, padding with NULL.
https://trino.io/docs/current/sql/select.html#unnest
"""

from sqlglot import exp


def rewrite_unnest(node: exp.Expr) -> exp.Expr:
    """`UNNEST(…) AS u(…)` of a FROM as a subquery of the same alias. One array alone is left to DuckDB."""
    alias = node.args.get("alias")
    ordinality = node.args.get("offset")
    names = list(alias.columns) if isinstance(alias, exp.TableAlias) else []
    sources = node.expressions
    if len(sources) == 1 and len(names) > 1:
        if _holds_rows(sources[0]):
            sources = [sources[0]]
        else:
            sources = [_call("map_keys", sources[0]), _call("map_values", sources[0])]
    elif len(sources) == 1 and not ordinality:
        return node
    columns: list[exp.Expr] = [_spread(source, len(sources) == 1 and len(names) > 1) for source in sources]
    if ordinality:
        lengths = [_call("len", source.copy()) for source in sources]
        longest = _call("greatest", *lengths) if len(lengths) > 1 else lengths[0]
        columns.append(_call("unnest", _call("generate_series", exp.Literal.number(1), longest)))
        names = [*names, ordinality] if isinstance(ordinality, exp.Identifier) else names
    name = alias.this if isinstance(alias, exp.TableAlias) else None
    return exp.Subquery(this=exp.Select(expressions=columns), alias=exp.TableAlias(this=name, columns=names))


def _holds_rows(source: exp.Expr) -> bool:
    """Whether the syntax alone shows an array of rows: a cast to one, or entries of a map."""
    if isinstance(source, exp.Cast):
        return source.to.is_type(exp.DType.ARRAY)
    return isinstance(source, exp.ArrayAgg) or (
        isinstance(source, exp.Anonymous) and source.name.lower() == "map_entries"
    )


def _spread(source: exp.Expr, rows: bool) -> exp.Expr:
    depth = exp.Kwarg(this=exp.var("max_depth"), expression=exp.Literal.number(2))
    return _call("unnest", source.copy(), depth) if rows else _call("unnest", source.copy())


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))
