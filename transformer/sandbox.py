"""The sandbox in which templates run: data has keys and positions, and nothing else.

No methods, no Python attributes, no globals, none of Jinja2's own filters, no operator that makes a large value of a
small one.
"""

from typing import ClassVar, TypeAlias

from jinja2 import Template as Program
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from transformer.filters import FILTERS, MISSING, Missing
from transformer.json_text import Json

Names: TypeAlias = dict[str, Json]  # what a template sees


def look_into(value: object, key: object) -> object:
    """What an object or array has under a key or position; MISSING where it has nothing, or null."""
    found: object = None
    if type(value) is dict:
        found = value.get(key)
    elif type(value) is list and type(key) is int and 0 <= key < len(value):
        found = value[key]
    return MISSING if found is None else found


class _DataOnly(SandboxedEnvironment):
    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self) -> None:
        super().__init__(undefined=Missing, autoescape=False)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(FILTERS)
        # Compiled templates call these for every dot and bracket. Plain functions instead of methods: a fifth faster.
        self.getattr = self.getitem = look_into  # type: ignore[assignment]

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        raise SecurityError(f"{operator} is not allowed in a template")


ENVIRONMENT = _DataOnly()


def look_up(value: object, keys: list[str | int]) -> object:
    """What a path leads to; MISSING where it leads nowhere."""
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
