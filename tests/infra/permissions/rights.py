"""From calls to rights, by the rows of actions.toml."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import jmespath
import msgspec

from tests.infra.permissions.recording import Call

TABLE = Path(__file__).with_name("actions.toml")
OF_THE_EVENT = "of the event"

Known = list[tuple[str, str]]  # where a function learns a name, a variable or a property, and the name


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table; actions.toml says what its fields mean."""

    operation: str
    action: str
    names: str = ""
    on: str = ""
    reason: str = ""
    source: str = ""
    beyond: bool = False


class Right(NamedTuple):
    """An action on a resource. The name is a variable's, as `${PARLEY_TABLE_NAME}`, or of the event."""

    action: str
    on: str = ""  # type of the resource; "" where the action knows none
    name: str = ""

    def __str__(self) -> str:
        return f"{self.action} on {self.on} {self.name}" if self.on else self.action

    @classmethod
    def read(cls, text: str) -> "Right":
        """The right that `str` gave."""
        action, _, resource = text.partition(" on ")
        on, _, name = resource.partition(" ")
        return cls(action, on, name)


class MissingRowError(Exception):
    """A call that the table does not know."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """actions.toml."""

    references: Mapping[str, str]
    row: tuple[Row, ...]

    @classmethod
    def read(cls) -> "Table":
        """The committed one."""
        return msgspec.convert(tomllib.loads(TABLE.read_text()), cls)

    def needed(self, call: Call, known: Known) -> list[tuple[Row, Right]]:
        """What a call needs, by which row. Raises `MissingRowError` where no row knows the operation."""
        rows = [row for row in self.row if row.operation == call.operation]
        if not rows:
            raise MissingRowError(f"{call.file}:{call.line} calls {call.operation}, which actions.toml does not know")
        return [(row, right) for row in rows for right in _rights(row, call, known)]


def _rights(row: Row, call: Call, known: Known) -> Iterator[Right]:
    if not row.on:
        yield Right(row.action)
        return
    found = jmespath.search(row.names, call.request) or []
    for name in [found] if isinstance(found, str) else found:
        yield Right(row.action, row.on, _by_variable(name, known))


def _by_variable(name: str, known: Known) -> str:
    """The name with the variables that it consists of in the place of their values."""
    shown = name
    for variable, value in sorted(known, key=lambda each: -len(each[1])):
        if value:
            shown = re.sub(rf"(?<![^/]){re.escape(value)}(?![^/])", f"${{{variable}}}", shown)
    return OF_THE_EVENT if shown == name else shown
