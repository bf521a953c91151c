"""The sandbox in which templates run: data has keys and positions, and nothing else.

A template is made of a few kinds of expression: no calls, no methods, no Python attributes, no globals, no operators
but comparisons, none of Jinja2's own filters. What it asks for and the event does not have is None.
"""

from typing import ClassVar, TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import Template as Program
from jinja2.sandbox import SandboxedEnvironment

from transformer.filters import FILTERS
from transformer.json_text import Json

Names: TypeAlias = dict[str, Json]  # what a template sees

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


class _DataOnly(SandboxedEnvironment):
    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(FILTERS)
        # Compiled templates call these for every dot and bracket; plain functions are called faster than methods.
        self.getattr = self.getitem = look_into  # type: ignore[assignment]


ENVIRONMENT = _DataOnly()


def check_kinds(expression: nodes.Expr) -> None:
    """Raises `TemplateSyntaxError` for a kind of expression that templates are not made of."""
    for node in (expression, *expression.find_all(nodes.Node)):
        if not isinstance(node, _ALLOWED):
            raise TemplateSyntaxError(f"{type(node).__name__} is not allowed in a template", node.lineno)


def look_up(value: object, keys: list[str | int]) -> object:
    """What a path leads to; None where it leads nowhere."""
    for key in keys:
        value = look_into(value, key)
    return value


def compile_expression(expression: nodes.Expr) -> Program:
    return ENVIRONMENT.from_string(as_template(expression))


def as_template(expression: nodes.Expr) -> nodes.Template:
    """An expression as Jinja2 compiles it: a template that sets `result`."""
    template = nodes.Template([nodes.Assign(nodes.Name("result", "store", lineno=1), expression, lineno=1)], lineno=1)
    template.set_environment(ENVIRONMENT)
    return template


class _Scope:
    """What compiled code asks of a Jinja2 Context, and nothing more: building a whole one takes as long as a row."""

    __slots__ = ("resolve_or_missing", "vars")
    exported_vars: ClassVar[set[str]] = set()  # every template exports the same name, and nobody reads it

    def __init__(self, names: Names) -> None:
        self.resolve_or_missing = names.__getitem__  # the names are checked when a template is compiled
        self.vars: dict[str, object] = {}


def run(program: Program, names: Names) -> object:
    """The value of a compiled expression; raises whatever evaluating it raises."""
    scope = _Scope(names)
    for _ in program.root_render_func(scope):  # type: ignore[arg-type]
        pass
    return scope.vars["result"]
