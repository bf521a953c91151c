"""One form of a function: its signature, and what it is in DuckDB's SQL.

    Form("split(varchar, varchar) -> array(varchar)", "str_split({0}, {1})")

`{0}` is an argument, already of the parameter's type; `{0.local}` what a clock in its zone shows; `{*}` all of them;
`{T}` DuckDB's name of a letter's type; `{result}` of the result's; `{fail}` what fails with the message `fails`. An
aggregate has `{over}` for its FILTER and OVER, `{order}` for its ORDER BY, `{distinct}`. What no text can say is said
by a function of the call.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from queries.embedded.moments import local
from queries.embedded.values import Value, failed, physical, with_names
from queries.errors import NotTranslatableError
from queries.positions import position_of
from queries.trino.signatures import Bound, Signature, signature
from queries.trino.types import Type

Kind = Literal["scalar", "aggregate", "window"]
_NUMBER = re.compile(r"(?:CAST\()?\(?(-?\d+)\)?(?: AS [A-Z]+\))?")
_PLACE = re.compile(r"\{(\w+|\*)(\.local)?\}")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an aggregate's arguments, each "" where nothing does."""

    distinct: str = ""
    order: str = ""
    where: str = ""  # the condition of FILTER
    over: str = ""  # ` OVER (…)`
    nulls: str = ""  # ` IGNORE NULLS`

    @property
    def after(self) -> str:
        """FILTER and OVER."""
        return f"{f' FILTER (WHERE {self.where})' if self.where else ''}{self.over}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose arguments fit a form. `result` is the type that the form gives."""

    node: exp.Expr
    name: str
    arguments: Sequence[Value]
    result: Type
    bound: Bound = field(default_factory=dict)
    around: Around = field(default_factory=Around)

    def text(self, index: int, what: str) -> str:
        """A constant text. Raises `NotTranslatableError` for one that is computed."""
        found = self.arguments[index].text
        if found is None:
            raise self.refused(f"{self.name} needs {what} that is written out", "Write it as a text in quotes.")
        return found

    def number(self, index: int, what: str) -> int:
        """A constant whole number. Raises `NotTranslatableError` for one that is computed."""
        match = _NUMBER.fullmatch(self.arguments[index].sql)
        if not match:
            raise self.refused(f"{self.name} needs {what} that is written out", "Write a number, as 1.")
        return int(match[1])

    def refused(self, problem: str, remedy: str = "") -> NotTranslatableError:
        """What to raise."""
        return NotTranslatableError(problem, position=position_of(self.node), remedy=remedy)


Builder = Callable[[Call], Value]


@dataclass(frozen=True, slots=True)
class Form:
    """`nulls`: it takes IGNORE NULLS. `ordered`: it needs an ORDER BY in its OVER."""

    text: str
    sql: str | Builder
    fails: str = ""
    kind: Kind = "scalar"
    nulls: bool = False
    ordered: bool = False

    @property
    def signature(self) -> Signature:
        return signature(self.text)

    @property
    def name(self) -> str:
        return self.text.partition("(")[0]

    def built(self, call: Call) -> Value:
        """The call in DuckDB's SQL."""
        if isinstance(self.sql, str):
            return Value(rendered(self.sql, call, self.fails), call.result)
        return self.sql(call)


def aggregate(text: str, sql: str | Builder) -> Form:
    return Form(text, sql, kind="aggregate")


def window(text: str, sql: str, *, nulls: bool = False, ordered: bool = True) -> Form:
    return Form(text, sql, kind="window", nulls=nulls, ordered=ordered)


def rendered(template: str, call: Call, fails: str = "") -> str:
    """The template, filled."""
    whole = template.replace("{fail}", failed(fails, call.result)) if fails else template
    used = Counter(match[1] for match in _PLACE.finditer(whole))
    often = [
        index for index in range(len(call.arguments)) if used[str(index)] > 1 and not call.arguments[index].is_lambda
    ]
    letters = {letter: physical(type_) for letter, type_ in call.bound.items()}
    words = letters | {
        "result": physical(call.result),
        "*": ", ".join(value.sql for value in call.arguments),
        "over": call.around.after,
        "order": call.around.order,
        "distinct": call.around.distinct,
        "nulls": call.around.nulls,
    }

    def filled(values: Sequence[Value]) -> str:
        arguments = list(call.arguments)
        for index, value in zip(often, values, strict=True):
            arguments[index] = value
        return _PLACE.sub(lambda match: _one(match, arguments, words), whole)

    return with_names([call.arguments[index] for index in often], filled)


def _one(match: re.Match[str], arguments: Sequence[Value], words: Mapping[str, str]) -> str:
    if not match[1].isdecimal():
        return words[match[1]]
    value = arguments[int(match[1])]
    return local(value) if match[2] else value.sql
