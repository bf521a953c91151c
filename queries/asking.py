"""What we ask: text and parameters ─ resolve ▶ compose ▶ translate ▶ engine ▶ result, or an error below its line.

A bare name of a table, a view or a report stands for all of it; a report brings its declared parameters. What is the
same for every engine stands here; `translated` is the embedded engine's, and Athena takes the composed statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlglot import exp

from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Parameter, Value
from queries.compatibility.database import SampleDatabase
from queries.compose import Composed, compose
from queries.embedded.listed import forms
from queries.embedded.statements import Translated
from queries.embedded.translate import translate
from queries.resolve import entry_tree
from queries.result import Answer, Result
from queries.statement import DIALECT, CreateView, Question, Statement, read
from queries.visible import check_names
from transformer.schema import TABLES


class Engine(Protocol):
    """What answers questions."""

    @property
    def sample(self) -> SampleDatabase:
        """The AWS sample's database as this engine knows it."""
        ...

    def query(self, sql: str, parameters: Mapping[str, Value] = ..., /) -> Result:
        """Athena SQL, or the bare name of a table, a view or a report: all of the answer. Raises `QueryError`."""
        ...

    def answer(self, sql: str, parameters: Mapping[str, Value] = ..., /) -> Answer:
        """The same, its rows as they come: to be closed. Raises `QueryError`, as its rows do."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked statement, and the parameters that the catalogue declares for it."""

    statement: Statement
    declared: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question as every engine gets it: of tables of the lake and known functions alone."""

    question: Question
    composed: Composed

    @property
    def athena_sql(self) -> str:
        """On one line, without the analyst's comments."""
        return self.composed.tree.sql(dialect=DIALECT, comments=False)

    @property
    def readable_sql(self) -> str:
        """For people."""
        return self.composed.tree.sql(dialect=DIALECT, pretty=True, comments=False)

    def translated(self) -> Translated:
        """For the embedded engine. Raises `NotTranslatableError` or `UnknownNameError`."""
        return translate(self.composed)


def asked(text: str, catalogue: Catalogue) -> Asked:
    """Raises `SyntaxFaultError` or `NotAQuestionError`; nothing is run."""
    name = text.strip().lower()
    if entry := catalogue.entries.get(name):
        return Asked(Question(entry_tree(entry)), entry.parameters)
    if name in TABLES:
        return Asked(Question(exp.select("*").from_(name)))
    return Asked(read(text))


def prepared(
    known: Asked, catalogue: Catalogue, parameters: Mapping[str, Value], now: datetime, sample: SampleDatabase
) -> Prepared | None:
    """Resolved and composed; None for what merely lists names, or makes a view. Raises `QueryError`."""
    match known.statement:
        case Question() as question:
            composed = compose(question.tree, catalogue, TABLES, parameters, now, known.declared, sample)
        case CreateView() as view:
            question = Question(view.tree, "EXPLAIN")
            composed = compose(view.tree, catalogue, TABLES, parameters, now, sample=sample)
        case _:
            return None
    check_names(composed.tree, TABLES, forms())
    return Prepared(question, composed)
