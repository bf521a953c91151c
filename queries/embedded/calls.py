"""Calls of functions by their names: the form that fits their arguments, and the lambdas among these."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from queries.embedded.casts import coerced
from queries.embedded.forms import Around, Call, Form
from queries.embedded.listed import forms
from queries.embedded.refusals import check_form, no_function, refused
from queries.embedded.values import Value, variable_for
from queries.errors import NotTranslatableError
from queries.trino.signatures import Bound, Pattern
from queries.trino.types import Type

if TYPE_CHECKING:
    from queries.embedded.expressions import Expressions

_FUNCTION = Type("function")
_OF_MAPS = ("map_filter", "transform_values")  # their lambdas take a key and a value


def called(place: "Expressions", node: exp.Expr, around: Around) -> Value:
    """A call in DuckDB's SQL. Raises `NotTranslatableError` or `UnknownNameError`."""
    check_form(node)
    name = node.name.lower()
    if name not in forms():
        raise no_function(node, name, list(forms()))
    nodes, around = _arguments(place, node, around)
    values = [None if isinstance(each, exp.Lambda) else place.value(each) for each in nodes]
    form, bound = _fitting(node, name, values)
    _check_around(node, form, around)
    patterns = form.signature.patterns(len(values)) or ()
    lambdas = [  # first: what they give may say what a letter is
        _lambda(place, each, pattern, bound, of_map=name in _OF_MAPS) if value is None else None
        for each, value, pattern in zip(nodes, values, patterns, strict=True)
    ]
    arguments = [
        _as_wanted(value, pattern, bound) if value else made
        for value, made, pattern in zip(values, lambdas, patterns, strict=True)
    ]
    call = Call(node, name, [each for each in arguments if each], form.signature.result.type(bound), bound, around)
    return form.built(call)


def _as_wanted(value: Value, pattern: Pattern, bound: Bound) -> Value:
    """Of the parameter's type; as it is where that says no more than a row of some fields."""
    type_ = pattern.type(bound)
    has_rows = type_.inner and type_.inner[0].name == "row" and pattern.inner and not pattern.inner[0].is_letter
    if pattern.is_any or type_ == value.type or has_rows:
        return value
    return replace(value, sql=coerced(value, type_), type=type_)


def _arguments(place: "Expressions", node: exp.Expr, around: Around) -> tuple[list[exp.Expr], Around]:
    """The arguments without the DISTINCT and ORDER BY that stand among them."""
    nodes = list(node.expressions)
    if len(nodes) == 1 and isinstance(nodes[0], exp.Star) and node.name.lower() == "count":
        check_form(nodes[0])
        return [], around
    if nodes and isinstance(nodes[-1], exp.Order):
        order = nodes[-1]
        around = replace(around, order=place.ordered(order))
        nodes[-1] = order.this
    if nodes and isinstance(nodes[0], exp.Distinct):
        if len(nodes) > 1 or len(nodes[0].expressions) != 1 or nodes[0].args.get("on"):
            raise refused(node, "DISTINCT is of one expression", "Write count(DISTINCT ROW(a, b)).")
        around = replace(around, distinct="DISTINCT ")
        nodes = [nodes[0].expressions[0]]
    return nodes, around


def _fitting(node: exp.Expr, name: str, values: Sequence[Value | None]) -> tuple[Form, Bound]:
    given = [value.type if value else None for value in values]
    for form in forms()[name]:
        bound = form.signature.fits(given)
        if bound is not None:
            return form, bound
    told = ", ".join(str(type_) if type_ else "function" for type_ in given)
    known = "; ".join(form.text for form in forms()[name][:4])
    raise refused(node, f"{name} takes no ({told})", f"Its forms: {known}.")


def _check_around(node: exp.Expr, form: Form, around: Around) -> None:
    """FILTER, OVER, DISTINCT and ORDER BY, where the form has a place for them."""
    name = form.name
    if form.kind == "window" and not around.over:
        raise refused(node, f"{name} needs a window", f"Write {name}(…) OVER (ORDER BY …).")
    if form.kind == "scalar" and around != Around():
        raise refused(node, f"{name} is no aggregate: it takes no OVER, FILTER, DISTINCT or ORDER BY")
    if form.ordered and "ORDER BY" not in around.over:
        raise refused(node, f"{name} needs the window's order", f"Write {name}(…) OVER (ORDER BY …).")
    _check_inside(node, form, around)


def _check_inside(node: exp.Expr, form: Form, around: Around) -> None:
    sql = (
        form.sql
        if isinstance(form.sql, str)
        else "{distinct}"
        if "avg" in form.name or "sum" in form.name
        else "{order}"
    )
    if around.nulls and not form.nulls:
        raise refused(node, f"{form.name} takes no IGNORE NULLS", "Write FILTER (WHERE x IS NOT NULL).")
    if around.order and (around.over or "{order}" not in sql):
        raise refused(node, f"{form.name} takes no ORDER BY here")
    if around.distinct and (around.over or "{distinct}" not in sql):
        raise refused(node, f"{form.name} takes no DISTINCT here")
    if form.kind == "window" and around.where:
        raise refused(node, f"{form.name} takes no FILTER")


def _lambda(place: "Expressions", node: exp.Expr, pattern: Pattern, bound: Bound, *, of_map: bool) -> Value:
    """A lambda, whose result says what a letter of the form is."""
    *parameters, result = pattern.inner
    sql, body = lambda_of(place, node, [each.type(bound) for each in parameters], of_map=of_map)
    already = result.type(bound)
    if not result.bind(body.type, bound):
        raise refused(node, f"the lambda gives a {body.type}, and {already} is wanted")
    wanted = result.type(bound)
    if wanted != already and result in parameters:  # what reduce starts from becomes what it adds up to
        sql, body = lambda_of(place, node, [each.type(bound) for each in parameters], of_map=of_map)
    return Value(f"{sql} {coerced(body, wanted)}", _FUNCTION)


def lambda_of(place: "Expressions", node: exp.Expr, given: Sequence[Type], *, of_map: bool) -> tuple[str, Value]:
    """What stands before a lambda's body, and the body. Of a map: DuckDB's has one entry, of a key and a value."""
    check_form(node)
    names = [each.name.lower() for each in node.expressions]
    if len(names) != len(given):
        raise _wrong_parameters(node, len(given))
    if of_map:
        entry = variable_for(node.sql(), "entry")
        sqls, head = [f"{entry}.key", f"{entry}.value"], f"LAMBDA {entry}:"
    else:
        sqls = [f"l_{variable_for(name)}" for name in names]
        head = f"LAMBDA {', '.join(sqls)}:"
    variables = {name: Value(sql, type_) for name, sql, type_ in zip(names, sqls, given, strict=True)}
    return head, place.within(place.scope.with_variables(variables)).value(node.this)


def _wrong_parameters(node: exp.Expr, wanted: int) -> NotTranslatableError:
    return refused(node, f"the lambda has {len(node.expressions)} parameters, and {wanted} are wanted")
