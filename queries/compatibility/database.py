"""The sample's database, as statements see it: its two tables, and the views that analysts keep in it.

Nothing of it exists in an engine. Like the shipped views, its tables and views become part of the statement that is
run: the same on both engines, with nothing needed in Glue.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from queries.compatibility.tables import DATABASE, TABLES
from queries.errors import QueryError, UnknownNameError
from queries.statement import DIALECT, CreateView, Question, read

_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,127}")  # what can be a file's name, and no other file's


@dataclass(frozen=True, slots=True)
class SampleDatabase:
    """`views` are CREATE VIEW statements by the views' names; `is_asking`: the question is one of its views itself."""

    views: Mapping[str, str] = field(default_factory=dict)
    is_asking: bool = False

    @property
    def names(self) -> list[str]:
        return [*TABLES, *self.views]

    def is_view(self, name: str) -> bool:
        """Whether a name is a kept view's, and not one of the two tables."""
        return name not in TABLES

    def tree(self, name: str) -> exp.Query:
        """What stands behind one of its names: a table's question to ours, a view's to this database.

        Raises `UnknownNameError` where a view's file was changed and is none any more.
        """
        try:
            statement = read(TABLES[name].sql() if name in TABLES else self.views[name])
        except QueryError as error:
            raise UnknownNameError(f"the view {name} of {DATABASE} cannot be read: {error.problem}") from error
        if not isinstance(statement, Question | CreateView):
            raise UnknownNameError(f"the view {name} of {DATABASE} cannot be read: it is no question")
        return normalize_identifiers(statement.tree, dialect=DIALECT)

    def with_view(self, view: CreateView) -> "SampleDatabase":
        """The database with one more view, and asked by it. Raises `UnknownNameError` where it cannot have that one."""
        if view.database not in ("", DATABASE):
            raise UnknownNameError(f"views are kept in {DATABASE}, not in {view.database}", remedy="Nothing was kept.")
        if not _NAME.fullmatch(view.name) or view.name in TABLES:
            raise UnknownNameError(f"a view cannot be named {view.name!r:.140}", remedy="Nothing was kept.")
        if view.name in self.views and not view.replaces:
            raise UnknownNameError(f"there is a view {view.name} already", remedy="CREATE OR REPLACE VIEW replaces it.")
        return SampleDatabase({**self.views, view.name: view.sql}, is_asking=True)
