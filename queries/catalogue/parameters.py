"""Parameters become literals of the syntax tree, never pasted text; both engines prune files by them.

In SQL a parameter is written `:name`. One that a catalogue entry declares has a type; a value that comes as text, from
a command line, is read as that type. One that a statement of the analyst's own uses has the type of the value given.
"""

import math
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
_HOUR = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{2}")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_LARGEST = 2**63 - 1  # of a bigint


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter. `default` is None where a value has to be given; `hour` is text like 2026/07/01/13, UTC."""

    name: str
    type: ParameterType
    default: str | None
    meaning: str

    def read(self, value: Value) -> Value:
        """The value as this parameter's type. Raises `ParameterError`, also for what is in no calendar or too large."""
        try:
            return self._read(value)
        except ValueError as exc:
            article = "an" if self.type == "hour" else "a"
            remedy = "Write it as 2026/07/01/13, in UTC." if self.type == "hour" else ""
            problem = f"the parameter {self.name} is not {article} {self.type}: {value!r:.60}"
            raise ParameterError(problem, remedy=remedy) from exc

    def _read(self, value: Value) -> Value:
        match self.type:
            case "varchar":
                return value
            case "hour":
                return _hour(value)
            case "bigint":
                return _bigint(value)
            case "double":
                return _double(value)


def _hour(value: Value) -> str:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ValueError("is not written as an hour")
    datetime.strptime(value, "%Y/%m/%d/%H")  # noqa: DTZ007  # only whether there is one
    return value


def _bigint(value: Value) -> int:
    """Digits alone: Python would read 1_000 and the digits of every script."""
    number = int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) > _LARGEST:
        raise ValueError("is no whole number of 64 bits")
    return number


def _double(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("is no number")  # noqa: TRY004  # Parameter.read says of which parameter
    if not math.isfinite(number := float(value)):
        raise ValueError("is not finite")
    return number


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
