"""What was asked, by name or in SQL: the same for every engine.

A bare name of a table, a view or a report stands for all of it; a report brings its declared parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Parameter, Value
from queries.compatibility.database import SampleDatabase
from queries.resolve import entry_tree
from queries.result import Result
from queries.statement import Question, Statement, read
from transformer.schema import TABLES


class Engine(Protocol):
    """What answers questions."""

    @property
    def sample(self) -> SampleDatabase:
        """The AWS sample's database as this engine knows it."""
        ...

    def query(self, sql: str, parameters: Mapping[str, Value] = ..., /) -> Result:
        """Athena SQL, or the bare name of a table, a view or a report. Raises `QueryError`."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked statement, and the parameters that the catalogue declares for it."""

    statement: Statement
    declared: tuple[Parameter, ...] = ()


def asked(text: str, catalogue: Catalogue) -> Asked:
    """Raises `SyntaxFaultError` or `NotAQuestionError`; nothing is run."""
    name = text.strip().lower()
    if entry := catalogue.entries.get(name):
        return Asked(Question(entry_tree(entry)), entry.parameters)
    if name in TABLES:
        return Asked(Question(exp.select("*").from_(name)))
    return Asked(read(text))
