"""Templates: a file is one Jinja2 expression, a dictionary that looks like the row it makes.

    # Comment lines begin with a number sign.
    {
      "sending_address": event.originationNumber,
      "turn_id": event.context.turn_id | optional,
      ...
    }

Values reach the row as they are: nothing is printed into text that would have to be escaped or parsed again. A template
sees three names: `event` (what the provider delivered), `part` (the piece of it that the row is about; often the event
itself) and `envelope` (account_id, occurred_at, received_at and what else the transport told). docs/decisions/0001.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from transformer.compiler import Program, compile_row
from transformer.explain import Suspect, TemplateColumn, explain, suspects
from transformer.sandbox import ENVIRONMENT, Names, check
from transformer.schema import SchemaError, Table, Value, Values


class TemplateError(ValueError):
    """A template that cannot be used: `file:line what is wrong`. The template's author acts."""


class RenderError(ValueError):
    """A template met an event that it cannot make a row of: `file:line column: what is wrong`."""


@dataclass(frozen=True)
class Template:
    """A compiled template. `version` is a short hash of its text."""

    name: str
    version: str
    table: Table
    columns: tuple[TemplateColumn, ...] = field(repr=False)
    program: Program = field(repr=False)
    largest: int = 0  # characters of a cell; 0 where nobody has to ask, as a shipped template makes none of its own

    def render(self, names: Names, filled: Mapping[str, Value]) -> Values:
        """A whole row that its table accepts; `filled` are the columns that no template fills. Raises `RenderError`."""
        try:
            values = self.program(names, filled)
            self.table.check(values)
            if self.largest:
                self._check_sizes(values)
        except MemoryError:  # ours, not the event's: the whole batch is tried again
            raise
        except Exception as error:  # a template meets data nobody promised: anything may happen
            raise RenderError(f"{self.name}.jinja:{explain(self._suspects, names, error)}") from error
        return values

    def _check_sizes(self, values: Values) -> None:
        for column in self.columns:
            if size(values[column.name]) > self.largest:
                raise SchemaError(f"{column.name} has more than {self.largest:,} characters")

    @cached_property
    def _suspects(self) -> Sequence[Suspect]:
        """Compiling a column takes a hundred times as long as a row: not for templates that never fail."""
        return suspects(self.columns)


def size(value: object) -> int:
    """How many characters a cell has."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(name)) + size(each) for name, each in value.items())
    return sum(map(size, value)) if isinstance(value, list) else 0


def compile_template(name: str, text: str, table: Table, largest: int = 0) -> Template:
    """Raises `TemplateError` for what is no dictionary of exactly the table's columns.

    A row with a cell of more than `largest` characters is rejected; 0 for any size.
    """
    try:
        expression = _parse(text)
        columns = tuple(_columns_of(expression))
        _check_columns(columns, table, expression.lineno)
        program = compile_row({column.name: column.expression for column in columns}, table.column_names)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{name}.jinja:{error.lineno} {error.message}") from error
    except SyntaxError as error:  # from Python's own parser, at 200 brackets in one another
        raise TemplateError(f"{name}.jinja:1 nested too deeply") from error
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Template(name, version, table, columns, program, largest)


def _parse(text: str) -> nodes.Dict:
    """The one expression of a file. Comment lines become blank, so that line numbers stay."""
    code = "\n".join("" if line.lstrip().startswith("#") else line for line in text.splitlines())
    parser = Parser(ENVIRONMENT, code, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError("something follows the dictionary", parser.stream.current.lineno)
    if not isinstance(expression, nodes.Dict):
        raise TemplateSyntaxError("a template is a dictionary", expression.lineno)
    check(expression)
    return expression


def _columns_of(expression: nodes.Dict) -> Iterator[TemplateColumn]:
    for pair in expression.items:
        if not (isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str)):
            raise TemplateSyntaxError("a column's name is a text in quotes", pair.lineno)
        yield TemplateColumn(pair.key.value, pair.lineno, pair.value)


def _check_columns(columns: tuple[TemplateColumn, ...], table: Table, line: int) -> None:
    missing = [name for name in table.column_names if name not in table.filled]
    for column in columns:
        if column.name not in missing:
            raise TemplateSyntaxError(f"{column.name} is there twice, or no column to fill", column.line)
        missing.remove(column.name)
    if missing:
        raise TemplateSyntaxError(f"{', '.join(missing)} is missing", line)
