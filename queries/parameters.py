"""Parameters become literals of the syntax tree, never pasted text; both engines prune files by them.

In SQL a parameter is written `:name`. One that a catalogue entry declares has a type; a value that comes as text, from
a command line, is read as that type. One that a statement of the analyst's own uses has the type of the value given.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, TypeAlias

from sqlglot import exp

from queries.errors import ParameterError

ParameterType = Literal["varchar", "bigint", "double", "hour"]
Value: TypeAlias = bool | int | float | str | date | datetime | None

NO_PARAMETERS: Mapping[str, Value] = MappingProxyType({})
_HOUR = re.compile(r"\d{4}/\d{2}/\d{2}/\d{2}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter. `default` is None where a value has to be given; `hour` is text like 2026/07/01/13, UTC."""

    name: str
    type: ParameterType
    default: str | None
    meaning: str

    def read(self, value: Value) -> Value:
        """The value as this parameter's type. Raises `ParameterError`."""
        try:
            if self.type == "bigint" and isinstance(value, str):
                return int(value)
            if self.type == "double" and isinstance(value, str):
                return float(value)
        except ValueError as exc:
            raise ParameterError(f"the parameter {self.name} is not a {self.type}: {value!r:.60}") from exc
        if self.type == "hour" and not (isinstance(value, str) and _HOUR.fullmatch(value)):
            raise ParameterError(
                f"the parameter {self.name} is not an hour: {value!r:.60}", remedy="Write it as 2026/07/01/13, in UTC."
            )
        return value


def bind(tree: exp.Query, declared: Iterable[Parameter], given: Mapping[str, Value]) -> None:
    """Replace every `:name` in the tree. Raises `ParameterError` when one has no value, or a value has no use."""
    by_name = {parameter.name: parameter for parameter in declared}
    used = set()
    for placeholder in list(tree.find_all(exp.Placeholder)):
        name = str(placeholder.this or "")
        used.add(name)
        placeholder.replace(_literal(name, _value(name, by_name, given)))
    if unused := sorted(set(given) - used - set(by_name)):
        known = ", ".join(sorted(used | set(by_name))) or "none"
        raise ParameterError(f"the statement has no parameter {unused[0]}", remedy=f"Its parameters: {known}.")


def _value(name: str, declared: Mapping[str, Parameter], given: Mapping[str, Value]) -> Value:
    if not name:
        raise ParameterError("a parameter needs a name", remedy="Write :name instead of a question mark.")
    parameter = declared.get(name)
    if name in given:
        return parameter.read(given[name]) if parameter else given[name]
    if parameter is None or parameter.default is None:
        raise ParameterError(f"the parameter {name} has no value", remedy=f"Give one: -p {name}=…")
    return parameter.read(parameter.default)


def _literal(name: str, value: Value) -> exp.Expr:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DType.DATE)
    if isinstance(value, float):
        return exp.cast(exp.Literal.string(repr(value)), exp.DType.DOUBLE)
    if value is None or isinstance(value, str | int):
        return exp.paren(exp.convert(value))
    raise ParameterError(f"the parameter {name} is a {type(value).__name__}, which SQL has no literal for")


def moment(value: datetime) -> exp.Expr:
    """An aware time as a literal with a zone; a naive one as a literal without."""
    kind = exp.DType.TIMESTAMP if value.tzinfo is None else exp.DType.TIMESTAMPTZ
    return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), kind)
