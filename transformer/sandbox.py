"""The sandbox in which templates run: data has keys and positions, and nothing else.

No methods, no Python attributes, no globals, none of Jinja2's own filters, no operator that makes a large value of a
small one.
"""

from typing import TypeAlias

from jinja2 import Template as Program
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from transformer.filters import FILTERS, MISSING, Missing
from transformer.json_text import Json

Names: TypeAlias = dict[str, Json]  # what a template sees


class _DataOnly(SandboxedEnvironment):
    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self) -> None:
        super().__init__(undefined=Missing, autoescape=False)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(FILTERS)

    def getitem(self, obj: object, argument: object) -> object:
        value: object = None
        if type(obj) is dict:
            value = obj.get(argument)
        elif type(obj) is list and type(argument) is int and 0 <= argument < len(obj):
            value = obj[argument]
        return MISSING if value is None else value

    def getattr(self, obj: object, attribute: str) -> object:
        return self.getitem(obj, attribute)

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        raise SecurityError(f"{operator} is not allowed in a template")


ENVIRONMENT = _DataOnly()


def look_up(value: object, keys: list[str | int]) -> object:
    """What a path leads to; MISSING where it leads nowhere."""
    for key in keys:
        value = ENVIRONMENT.getitem(value, key)
    return value


def compile_expression(expression: nodes.Expr) -> Program:
    return ENVIRONMENT.from_string(as_template(expression))


def as_template(expression: nodes.Expr) -> nodes.Template:
    """An expression as Jinja2 compiles it: a template that sets `result`."""
    template = nodes.Template([nodes.Assign(nodes.Name("result", "store", lineno=1), expression, lineno=1)], lineno=1)
    template.set_environment(ENVIRONMENT)
    return template


def run(program: Program, names: Names) -> object:
    """The value of a compiled expression: what Jinja2's TemplateExpression does, without copying the names."""
    context = program.new_context(names, shared=True)
    for _ in program.root_render_func(context):
        pass
    return context.vars["result"]
