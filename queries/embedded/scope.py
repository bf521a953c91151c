"""Which columns a name can mean at a place of a statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from queries.embedded.values import Value
from queries.trino.types import Type


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation. `sql` names it; `name` is "" for one without a name. `hidden`: `*` has it not."""

    name: str
    type: Type
    sql: str
    relation: str = ""  # the name before the dot
    hidden: bool = False


class AmbiguousError(LookupError):
    """Several columns have the name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`columns` of the relations at hand; what is not among them is looked for in `outer`, a query's around this one.

    `variables` are a lambda's; `values` stand for names themselves, as a SELECT's own columns do in its ORDER BY.
    """

    columns: tuple[Column, ...] = ()
    outer: "Scope | None" = None
    variables: Mapping[str, Value] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)

    def find(self, parts: Sequence[str]) -> tuple[Value, Sequence[str]] | None:
        """The value that the first names mean, and the names that are left: fields of it. Raises `AmbiguousError`."""
        first, rest = parts[0], parts[1:]
        if first in self.variables:
            return self.variables[first], rest
        if first in self.values:
            return self.values[first], rest
        if rest and (
            found := self._one(column for column in self.columns if (column.relation, column.name) == (first, rest[0]))
        ):
            return found, parts[2:]
        if found := self._one(column for column in self.columns if column.name == first):
            return found, rest
        return self.outer.find(parts) if self.outer else None

    def _one(self, columns: Iterator[Column]) -> Value | None:
        found = {column.sql: column for column in columns}
        if len(found) > 1 and len(visible := {sql: each for sql, each in found.items() if not each.hidden}) == 1:
            found = visible
        if len(found) > 1:
            raise AmbiguousError
        return next((Value(each.sql, each.type, field=each.name) for each in found.values()), None)

    def relation(self, name: str) -> list[Column]:
        """The columns of a relation by its name."""
        return [column for column in self.columns if column.relation == name]

    def names(self) -> list[str]:
        """What could have been meant."""
        return sorted(
            {column.name for column in self.columns if column.name} | self.values.keys() | self.variables.keys()
        )

    def with_variables(self, variables: Mapping[str, Value]) -> "Scope":
        """As seen from within a lambda."""
        return Scope(self.columns, self.outer, {**self.variables, **variables}, self.values)
