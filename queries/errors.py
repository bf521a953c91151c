"""What can go wrong with a question. Each says where in the analyst's own SQL, and what to do next.

QueryError
├── NotAQuestionError      it would change something, or it is several statements; nothing was run
├── SyntaxFaultError       it is not Athena SQL
├── UnknownNameError       a table, view, column or function that does not exist
├── ParameterError         a parameter is missing, unknown, or of a type SQL has no literal for
├── NotTranslatableError   Athena can do it, the embedded engine cannot
└── ExecutionError         the engine began and had to stop: a division by zero, a cast, a limit
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the SQL as it was written; both count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class QueryError(Exception):
    """The root. `position` is None where the fault has no single place; `remedy` may be empty."""

    def __init__(self, problem: str, *, position: Position | None = None, remedy: str = "") -> None:
        place = f"{position}: " if position else ""
        super().__init__(f"{place}{problem}. {remedy}".rstrip() if remedy else f"{place}{problem}")
        self.problem = problem
        self.position = position
        self.remedy = remedy


class NotAQuestionError(QueryError):
    """Only one SELECT, or one EXPLAIN, SHOW or DESCRIBE, is run."""


class SyntaxFaultError(QueryError):
    """The parser stopped here."""


class UnknownNameError(QueryError):
    """Nothing has this name."""


class ParameterError(QueryError):
    """The statement and the parameters given to it do not fit."""


class NotTranslatableError(QueryError):
    """The embedded engine has no equal of this."""


class ExecutionError(QueryError):
    """The engine's own words, for want of better ones."""
