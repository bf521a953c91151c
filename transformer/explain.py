"""Which column of a template failed, and on what: the part of an error message that an analyst needs.

Only a rejected row pays for it: its columns are evaluated once more, each on its own, until one fails.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jinja2 import nodes

from transformer.compiler import compile_expression
from transformer.sandbox import Names, look_up

Path: TypeAlias = tuple[str, list[str | int]]  # as the template writes it, and its keys


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One entry of a template's dictionary."""

    name: str
    line: int
    expression: nodes.Expr


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column that can be tried alone. `paths` are those it requires."""

    name: str
    line: int
    value: Callable[[Names], object]
    paths: Sequence[Path]


def suspects(columns: Sequence[TemplateColumn]) -> list[Suspect]:
    """A template's columns, compiled one by one: done once, when a row first fails."""
    return [
        Suspect(column.name, column.line, compile_expression(column.expression), list(_paths(column.expression)))
        for column in columns
    ]


def explain(columns: Sequence[Suspect], names: Names, error: Exception) -> str:
    """`line column: what is wrong`, else what the error says."""
    said = str(error)
    for column in columns:
        if trouble := _trouble(column, names):
            return f"{column.line} {column.name}: {' or '.join(_subjects(column, names))} {trouble}"
        if said.startswith(f"{column.name} "):  # the table's check names the column first
            return f"{column.line} {said}"
    return f"1 {said}"


def _trouble(column: Suspect, names: Names) -> str:
    """ "" where the column has a value."""
    try:
        value = column.value(names)
    except Exception as error:  # noqa: BLE001  # the second home of a template that meets data nobody promised
        return str(error)
    return "is missing" if value is None else ""


def _subjects(column: Suspect, names: Names) -> list[str]:
    """The required paths that a column reads: those that are missing, else all of them."""
    return [text for text, keys in column.paths if look_up(names, keys) is None] or [text for text, _ in column.paths]


def _paths(node: nodes.Node) -> Iterator[Path]:
    if isinstance(node, nodes.Filter) and not _requires(node):
        return
    path = _path(node)
    if path:
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _paths(child)


def paths(node: nodes.Node) -> Iterator[Sequence[str | int]]:
    """The keys of every path in an expression, required or not, the outermost of each."""
    if path := _path(node):
        yield path[1]
        return
    for child in node.iter_child_nodes():
        yield from paths(child)


def _requires(filtered: nodes.Filter) -> bool:
    """Whether any of a chain of filters fails on what is missing."""
    return any(each.name.startswith("parse_") for each in (filtered, *filtered.find_all(nodes.Filter)))


def _path(node: nodes.Node) -> Path | None:
    """`event.errors[0].code`; None where the node is no path."""
    match node:
        case nodes.Name():
            return node.name, [node.name]
        case nodes.Getattr():
            outer = _path(node.node)
            return outer and (f"{outer[0]}.{node.attr}", [*outer[1], node.attr])
        case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
            outer = _path(node.node)
            return outer and (f"{outer[0]}[{key!r}]", [*outer[1], key])
    return None
