"""The sandbox in which templates run: data has keys and positions, and nothing else.

A template is made of a few kinds of expression: no calls, no methods, no Python attributes, no globals, no operators
but comparisons, none of Jinja2's own filters. What it asks for and the event does not have is None.
"""

import inspect
from typing import TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from transformer.filters import FILTERS
from transformer.json_text import Json

NAMES = ("event", "part", "envelope")  # what a template sees
Names: TypeAlias = dict[str, Json]

ENVIRONMENT = Environment(autoescape=False)  # noqa: S701  # it parses; nothing is ever rendered into text

_ALLOWED = (
    *(nodes.Dict, nodes.Pair, nodes.List, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem),
    *(nodes.Filter, nodes.Or, nodes.And, nodes.Not, nodes.Compare, nodes.Operand, nodes.CondExpr),
)


def look_into(value: object, key: object) -> object:
    """What an object or array has under a key or position; None where it has nothing."""
    if type(value) is dict:
        return value.get(key)
    if type(value) is list and type(key) is int and 0 <= key < len(value):
        return value[key]
    return None


def look_up(value: object, keys: list[str | int]) -> object:
    """What a path leads to; None where it leads nowhere."""
    for key in keys:
        value = look_into(value, key)
    return value


def check(expression: nodes.Expr) -> None:
    """Raises `TemplateSyntaxError` for what templates are not made of."""
    for node in (expression, *expression.find_all(nodes.Node)):
        if not isinstance(node, _ALLOWED):
            raise TemplateSyntaxError(f"{type(node).__name__} is not allowed in a template", node.lineno)
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            raise TemplateSyntaxError(f"{node.name} is no name that a template knows", node.lineno)
        if isinstance(node, nodes.Filter):
            _check_filter(node)


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise TemplateSyntaxError(f"No filter named {node.name!r}.", node.lineno)
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not node.node:
        raise TemplateSyntaxError(f"{node.name} takes a value and arguments without names", node.lineno)
    try:
        inspect.signature(FILTERS[node.name]).bind(node.node, *node.args)
    except TypeError as error:
        raise TemplateSyntaxError(f"{node.name}: {error}", node.lineno) from error
