"""The sandbox in which templates run: data has keys and positions, and nothing else.

A template is made of a few kinds of expression: no calls, no methods, no Python attributes, no globals, no operators
but comparisons, none of Jinja2's own filters. What it asks for and the event does not have is None.
"""

import inspect
from collections.abc import Iterator
from typing import TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from transformer.filters import FILTERS
from transformer.json_text import Json

NAMES = ("event", "part", "envelope")  # what a template sees
Names: TypeAlias = dict[str, Json]

ENVIRONMENT = Environment(autoescape=False)  # noqa: S701  # it parses; nothing is ever rendered into text

# Shipped templates have up to 250 nodes, 14 levels and 7 filters that write JSON.
MOST_NODES = 2_000
DEEPEST = 40  # of a path and of a chain too: each key, filter, `or` is a level
MOST_JSON = 32  # each may be the whole event
_WRITES_JSON = frozenset(["to_json", "to_text", "to_array", "to_map"])  # of what is no text

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
    """Raises `TemplateSyntaxError` for what templates are not made of, and for what would be large of a small event."""
    found = list(_walked(expression))
    if sum(_writes_json(node) for node in found) > MOST_JSON:
        raise TemplateSyntaxError(f"more than {MOST_JSON} filters write JSON", expression.lineno)
    for node in found:
        if not isinstance(node, _ALLOWED):
            raise TemplateSyntaxError(f"{type(node).__name__} is not allowed in a template", node.lineno)
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            raise TemplateSyntaxError(f"{node.name} is no name that a template knows", node.lineno)
        if isinstance(node, nodes.Filter):
            _check_filter(node)


def _walked(expression: nodes.Expr) -> Iterator[nodes.Node]:
    """Every node, without a call for each level: a chain nests as deep as it is long."""
    pending: list[tuple[nodes.Node, int, int]] = [(expression, 1, 0)]
    count = 0
    while pending:
        node, level, json_around = pending.pop()
        count += 1
        json_around += _writes_json(node)
        if count > MOST_NODES:
            raise TemplateSyntaxError(f"more than {MOST_NODES:,} names, filters and texts", expression.lineno)
        if level > DEEPEST or (isinstance(node, nodes.Compare) and len(node.ops) > DEEPEST):
            raise TemplateSyntaxError(f"nested or chained more than {DEEPEST} deep", node.lineno)
        if json_around > 2 or (_is_to_json(node) and _is_to_json(getattr(node, "node", None))):
            raise TemplateSyntaxError("JSON of JSON: each time it is twice as long", node.lineno)
        yield node
        pending += [(child, level + 1, json_around) for child in node.iter_child_nodes()]


def _writes_json(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Filter) and node.name in _WRITES_JSON


def _is_to_json(node: object) -> bool:
    return isinstance(node, nodes.Filter) and node.name == "to_json"


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise TemplateSyntaxError(f"no filter is named {node.name}; there are {', '.join(FILTERS)}", node.lineno)
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not node.node:
        raise TemplateSyntaxError(f"{node.name} takes a value and arguments without names", node.lineno)
    try:
        inspect.signature(FILTERS[node.name]).bind(node.node, *node.args)
    except TypeError as error:
        raise TemplateSyntaxError(f"{node.name}: {error}", node.lineno) from error
