"""What was asked, by name or in SQL: the same for every engine.

A bare name of a table, a view or a report stands for all of it; a report brings its declared parameters.
"""

from dataclasses import dataclass

from sqlglot import exp

from queries.catalogue import Catalogue
from queries.compose import entry_tree
from queries.parameters import Parameter
from queries.statement import Question, Statement, read
from transformer.schema import TABLES


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
