"""From the names after FROM to base tables: which views a statement is made of, and of what these are made.

A plain name is ours where we have it, else the sample database's; within a view of that database it is the other way
round. So its statements mean what they meant there, and ours are what they were. A report's name is a table too: its
answer, with its parameters as they are given, or as they are by default.
"""

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from queries.catalogue.entries import Catalogue, Entry
from queries.compatibility.database import SampleDatabase
from queries.compatibility.tables import DATABASE
from queries.errors import QueryError, SyntaxFaultError, UnknownNameError
from queries.positions import position_of
from queries.statement import DIALECT, Question, read
from queries.visible import free_tables


class Resolver:
    """Follows a statement's names. Then `tables` are the base tables below it, and `views` what it passed.

    A view comes after those that it is made of; its name is that of the CTE which it is to be.
    """

    def __init__(self, catalogue: Catalogue, tables: Iterable[str], sample: SampleDatabase) -> None:
        self.tables: set[str] = set()
        self.views: dict[str, exp.Query] = {}
        self.uses_sample = False
        self._catalogue = catalogue
        self._known = frozenset(tables)
        self._sample = sample
        self._path: list[str] = []  # the views between the statement and where we are

    def resolve(self, tree: exp.Query, *, in_sample: bool = False) -> None:
        """`in_sample`: it is a view of the sample's database. Raises `UnknownNameError` or `SyntaxFaultError`."""
        for table in list(free_tables(tree)):
            if not isinstance(table.this, exp.Identifier):
                raise _unknown_table(table, self._our_names)
            if self._is_of_sample(table, in_sample):
                self._follow_sample(table, tree)
            elif table.name in self._known and not table.db:
                self.tables.add(table.name)
            elif table.name in self._catalogue.entries and not table.db:
                self._follow(table.name, entry_tree(self._catalogue.entries[table.name]))
            else:
                raise _unknown_table(table, self._sample.names if table.db == DATABASE else self._our_names)

    @property
    def _our_names(self) -> list[str]:
        return sorted({*self._known, *self._catalogue.views})

    def _is_of_sample(self, table: exp.Table, in_sample: bool) -> bool:
        if table.name not in self._sample.names or table.catalog:
            return False
        return table.db == DATABASE or (not table.db and (in_sample or table.name not in self._our_names))

    def _follow_sample(self, table: exp.Table, tree: exp.Query) -> None:
        """The table is named by its database too, so that it is no other's, and known by the name that it had."""
        self.uses_sample = True
        name = table.name
        cte = f"{DATABASE}.{name}"
        for column in tree.find_all(exp.Column):
            if column.text("db") == DATABASE:
                column.set("db", None)
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
        table.set("db", None)
        table.set("this", exp.to_identifier(cte, quoted=True))
        self._follow(cte, self._sample.tree(name), in_sample=self._sample.is_view(name))

    def _follow(self, name: str, tree: exp.Query, *, in_sample: bool = False) -> None:
        if name in self.views:
            return
        if name in self._path:
            raise SyntaxFaultError(f"the view {name} is made of itself")
        self._path.append(name)
        try:
            self.resolve(tree, in_sample=in_sample)
        except QueryError as error:  # its place is one in the view's text, not in the statement's
            raise UnknownNameError(f"in the view {name}, {error.problem}", remedy=error.remedy) from error
        self._path.pop()
        self.views[name] = tree


def entry_tree(entry: Entry) -> exp.Query:
    """A catalogue entry's SQL as a tree."""
    statement = read(entry.sql)
    if not isinstance(statement, Question):
        raise SyntaxFaultError(f"{entry.name} is not a SELECT")
    return normalize_identifiers(statement.tree, dialect=DIALECT)


def _unknown_table(table: exp.Table, known: list[str]) -> UnknownNameError:
    name = table.sql(dialect=DIALECT) if isinstance(table.this, exp.Identifier) else f"{table.this.name} (…)"
    return UnknownNameError(
        f"there is no table or view {name}", position=position_of(table), remedy=f"There are: {', '.join(known)}."
    )
