"""A function's forms, as `split(varchar, varchar, bigint) -> array(varchar)`, and whether arguments fit one.

Capital letters stand for types, the same one wherever a letter is repeated but for A: T any type, C what = compares, O
what < orders, N a number, I a whole number, D a decimal, M and L a date, a timestamp, or one with a zone. `T...` is one
or more. `function(T, boolean)` is a lambda of a T that gives a boolean.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from queries.trino import types
from queries.trino.types import Type, becomes, common

_TOKEN = re.compile(r"[a-z_0-9 ]*[a-z_0-9]|[A-Z]|\.\.\.|[(),]")
_CONSTRAINTS: Mapping[str, Callable[[Type], bool]] = {
    "C": lambda type_: type_.is_comparable,
    "O": lambda type_: type_.is_orderable,
    "N": lambda type_: type_.is_number,
    "I": lambda type_: type_.is_integer,
    "D": lambda type_: type_.name == "decimal",
    "M": lambda type_: type_.is_time,
    "L": lambda type_: type_.is_time,
}
_PLAIN = {
    each.name: each
    for each in (
        *(types.BOOLEAN, types.INTEGER, types.BIGINT, types.REAL, types.DOUBLE, types.VARCHAR, types.VARBINARY),
        *(types.JSON, types.DATE, types.TIMESTAMP, types.MOMENT, types.DAYS, types.MONTHS, types.UNKNOWN),
    )
}
Bound = dict[str, Type]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parameter's, or the result's: a name, a letter, or one of these with others inside."""

    name: str
    inner: tuple["Pattern", ...] = ()

    @property
    def is_letter(self) -> bool:
        return len(self.name) == 1

    @property
    def is_any(self) -> bool:
        """Whether each argument has a type of its own."""
        return self.name == "A"

    @property
    def is_lambda(self) -> bool:
        return self.name == "function"

    def type(self, bound: Mapping[str, Type]) -> Type:
        """The type, its letters as they are bound: what is not yet known is `UNKNOWN`."""
        if self.is_letter:
            return bound.get(self.name, types.UNKNOWN)
        if self.inner:
            inner = tuple(each.type(bound) for each in self.inner)
            return Type(self.name, inner, ("",) * len(inner) if self.name == "row" else ())
        return _PLAIN[self.name]

    def bind(self, given: Type, bound: Bound) -> bool:
        """Whether a value of this type fits, the letters being what they are or become by it."""
        if self.is_letter:
            return self._bind_letter(given, bound)
        if given.name == "unknown":
            return True
        if self.inner:
            fits = given.name == self.name and len(given.inner) == len(self.inner)
            return fits and all(each.bind(type_, bound) for each, type_ in zip(self.inner, given.inner, strict=True))
        return becomes(given, _PLAIN[self.name])

    def _bind_letter(self, given: Type, bound: Bound) -> bool:
        if self.is_any:
            return True
        together = common(bound.get(self.name, types.UNKNOWN), given)
        if together is None:
            return False
        constraint = _CONSTRAINTS.get(self.name)
        bound[self.name] = together
        return constraint is None or together.name == "unknown" or constraint(together)


@dataclass(frozen=True, slots=True)
class Signature:
    """`repeats`: the last parameter stands for one or more."""

    name: str
    parameters: tuple[Pattern, ...]
    result: Pattern
    repeats: bool = False
    text: str = field(default="", compare=False)

    def fits(self, given: Sequence[Type | None]) -> Bound | None:
        """The letters' types; None where the arguments do not fit. A lambda's type is None: it is not looked at."""
        patterns = self.patterns(len(given))
        if patterns is None:
            return None
        bound: Bound = {}
        for pattern, type_ in zip(patterns, given, strict=True):
            if (type_ is None) is not pattern.is_lambda:
                return None
            if type_ is not None and not pattern.bind(type_, bound):
                return None
        return bound

    def patterns(self, count: int) -> tuple[Pattern, ...] | None:
        """One for each of so many arguments; None where there are too many or too few."""
        if self.repeats and count >= len(self.parameters):
            return (*self.parameters, *[self.parameters[-1]] * (count - len(self.parameters)))
        return self.parameters if count == len(self.parameters) else None


@functools.cache
def signature(text: str) -> Signature:
    """Of a text as above."""
    called, _, result = text.partition(" -> ")
    name, _, parameters = called.partition("(")
    tokens = _TOKEN.findall(parameters[:-1])
    repeats = bool(tokens) and tokens[-1] == "..."
    reader = _Reader([*tokens[: len(tokens) - repeats], ")"])
    return Signature(name.lower(), reader.several(), _Reader(_TOKEN.findall(result)).one(), repeats, text)


class _Reader:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = list(tokens)

    def several(self) -> tuple[Pattern, ...]:
        """Up to the closing parenthesis."""
        found = []
        while self._tokens and (sign := self._tokens[0].strip()) != ")":
            if sign == ",":
                self._tokens.pop(0)
            else:
                found.append(self.one())
        if self._tokens:
            self._tokens.pop(0)
        return tuple(found)

    def one(self) -> Pattern:
        name = self._tokens.pop(0).strip()
        if self._tokens and self._tokens[0] == "(":
            self._tokens.pop(0)
            return Pattern(name, self.several())
        return Pattern(name)
