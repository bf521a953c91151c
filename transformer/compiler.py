"""From a template's expressions to one Python function: a row costs its look-ups, its filters, and nothing else.

    "sending_address": event.mail.source | optional,
    "tags": event.mail.tags | to_map,

    def run(names, filled):
        event = names['event']
        _0 = event
        if type(_0) is not dict: _0 = NOTHING
        _1 = _0.get('mail')
        if type(_1) is not dict: _1 = NOTHING
        return {'sending_address': optional(_1.get('source')), 'tags': to_map(_1.get('tags')), …}

An object that several paths lead through is fetched once, and a look-up in it never fails: what is missing is None.
Only kinds of expression that `sandbox` has let through arrive here, and a template's own texts enter as literals.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from jinja2 import nodes

from transformer.filters import FILTERS
from transformer.sandbox import ENVIRONMENT, NAMES, Names, look_into
from transformer.schema import Value, Values

Filled: TypeAlias = Mapping[str, Value]  # the columns that no template fills
Program: TypeAlias = Callable[[Names, Filled], Values]  # not yet checked to be any

_NO_CONTEXT = nodes.EvalContext(ENVIRONMENT)
_COMPARISONS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}


def compile_row(columns: Mapping[str, nodes.Expr], order: Sequence[str]) -> Program:
    """A function that makes a row, in the order given, of a template's columns and those filled for it."""
    function = _Function()
    entries = [
        f"{name!r}: {function.value(columns[name]) if name in columns else f'filled[{name!r}]'}" for name in order
    ]
    return function.compiled("{" + ", ".join(entries) + "}")


def compile_expression(expression: nodes.Expr) -> Callable[[Names], object]:
    """A function that gives the value of one expression; raises whatever evaluating it raises."""
    function = _Function()
    program = function.compiled(function.value(expression))
    return lambda names: program(names, {})


class _Function:
    """A function being written: the lines that fetch objects and arrays, and the constants it knows."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._fetched: dict[str, str] = {}  # the variable of each object and array fetched
        self._known: dict[str, object] = {**FILTERS, "look_into": look_into, "NOTHING": {}}

    def compiled(self, result: str) -> Program:
        named = [f"{name} = names[{name!r}]" for name in NAMES]
        body = "\n    ".join([*named, *self._lines, f"return {result}"])
        exec(f"def run(names, filled):\n    {body}", self._known)  # noqa: S102  # written above, of checked kinds
        return cast("Program", self._known["run"])

    def value(self, node: nodes.Node) -> str:  # noqa: PLR0911  # a line for each kind of expression
        """The Python expression that gives a node's value."""
        match node:
            case nodes.Name():
                return node.name
            case nodes.Const():
                return self._constant(node.value)
            case nodes.Getattr():
                return self._look_up(node.node, node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
                return self._look_up(node.node, key)
            case nodes.Getitem():
                return f"look_into({self.value(node.node)}, {self.value(node.arg)})"
            case nodes.Dict():
                pairs = (f"{self.value(pair.key)}: {self.value(pair.value)}" for pair in node.items)
                return "{" + ", ".join(pairs) + "}"
            case nodes.List():
                return f"[{', '.join(map(self.value, node.items))}]"
        return self._operation(node)

    def _operation(self, node: nodes.Node) -> str:  # noqa: PLR0911  # the same
        match node:
            case nodes.Filter(node=nodes.Node() as subject, name="optional"):  # so frequent that a call would show
                return f"('' if (_ := {self.value(subject)}) is None else _)"
            case nodes.Filter(node=nodes.Node() as subject):
                arguments = map(self._argument, node.args)
                return f"{node.name}({', '.join([self.value(subject), *arguments])})"
            case nodes.Or():
                return f"({self.value(node.left)} or {self.value(node.right)})"
            case nodes.And():
                return f"({self.value(node.left)} and {self.value(node.right)})"
            case nodes.Not():
                return f"(not {self.value(node.node)})"
            case nodes.Compare():
                operands = (f"{_COMPARISONS[operand.op]} {self.value(operand.expr)}" for operand in node.ops)
                return f"({self.value(node.expr)} {' '.join(operands)})"
            case nodes.CondExpr():
                otherwise = self.value(node.expr2) if node.expr2 else "None"
                return f"({self.value(node.expr1)} if {self.value(node.test)} else {otherwise})"
        raise TypeError(f"{type(node).__name__} is no kind of expression that templates are made of")

    def _argument(self, node: nodes.Expr) -> str:
        """A filter's argument. A dictionary of constants is made once, not for each row."""
        try:
            return self._constant(node.as_const(_NO_CONTEXT))
        except nodes.Impossible:
            return self.value(node)

    def _constant(self, value: object) -> str:
        if value is None or type(value) in (str, int, bool):
            return repr(value)
        name = f"CONSTANT_{len(self._known)}"
        self._known[name] = value
        return name

    def _look_up(self, container: nodes.Expr, key: str | int) -> str:
        if not _is_path(container):  # may fail, so it is evaluated where it stands, and nowhere else
            return f"look_into({self.value(container)}, {key!r})"
        if isinstance(key, str):
            return f"{self._fetch(container, 'dict', 'NOTHING')}.get({key!r})"
        array = self._fetch(container, "list", "()")
        return f"({array}[{key}] if len({array}) > {key} else None)"

    def _fetch(self, container: nodes.Expr, kind: str, otherwise: str) -> str:
        """The variable of an object or array that a path leads to; `otherwise` where it leads to something else."""
        source = self.value(container)
        known_as = f"{kind} {source}"
        if known_as not in self._fetched:
            name = f"_{len(self._fetched)}"
            self._fetched[known_as] = name
            self._lines += [f"{name} = {source}", f"if type({name}) is not {kind}: {name} = {otherwise}"]
        return self._fetched[known_as]


def _is_path(node: nodes.Node) -> bool:
    """Whether a node is a name, or keys and positions in one: looking those up never fails."""
    match node:
        case nodes.Name():
            return True
        case nodes.Getattr() | nodes.Getitem(arg=nodes.Const(value=str() | int())):
            return _is_path(node.node)
    return False
