"""Athena SQL on one machine: DuckDB over the lake's Parquet files.

Each question has a database of its own, in memory, that can read the lake's folder and nothing else, and whose
configuration is locked before the question is run.
Source: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlglot import exp

from queries.asking import asked
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS, Parameter, Value
from queries.compatibility.database import SampleDatabase
from queries.compatibility.tables import DATABASE
from queries.compatibility.tables import TABLES as SAMPLE_TABLES
from queries.compatibility.views import ViewFolder
from queries.compose import Composed, compose
from queries.engines.cells import to_result
from queries.engines.duckdb_errors import translate_error
from queries.engines.estimate import bytes_read
from queries.engines.interruptible import interruptible
from queries.engines.scan import PARTITION, create_table, quote
from queries.engines.translate import to_duckdb
from queries.errors import NotAQuestionError, UnknownNameError
from queries.resolve import entry_tree
from queries.result import Column, Result
from queries.statement import CreateView, Question, ShowColumns, ShowTables, read
from transformer.lake.reading import reading
from transformer.schema import TABLES

_MACROS = Path(__file__).with_name("trino.sql")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DuckDbEngine:
    """Answers questions about the lake at `lake`, a folder that need not exist yet. `now` stops the clock in tests."""

    def __init__(
        self,
        lake: Path,
        catalogue: Catalogue | None = None,
        now: Callable[[], datetime] = _utc_now,
        views: ViewFolder | None = None,
    ) -> None:
        """`views` is where analysts' views are kept; without it there are none, and none can be made."""
        self._lake = lake.resolve()
        self._catalogue = catalogue or Catalogue.shipped()
        self._now = now
        self._views = views
        self._macros = _MACROS.read_text(encoding="utf-8")

    def query(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> Result:
        """Athena SQL, or the bare name of a table, a view or a report. Raises `QueryError`."""
        name = sql.strip().lower()
        if entry := self._catalogue.entries.get(name):
            return self._answer(Question(entry_tree(entry)), parameters, entry.parameters)
        if name in TABLES:
            return self._answer(Question(exp.select("*").from_(name)), parameters)
        match read(sql):
            case Question() as question:
                return self._answer(question, parameters)
            case CreateView() as view:
                return self._created(view)
            case ShowTables():
                return self._tables()
            case ShowColumns(table):
                return self._columns(table)

    def bytes_read(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> int:
        """What a question would read, without running it; 0 for what lists names. Raises `QueryError`."""
        known = asked(sql, self._catalogue)
        if not isinstance(known.statement, Question):
            return 0
        tree, now = known.statement.tree, self._now()
        composed = compose(tree, self._catalogue, TABLES, parameters, now, known.declared, self.sample)
        return bytes_read(composed.tree, self._lake, self._constant)

    def _constant(self, expression: exp.Expr) -> str:
        tree = exp.select(expression.copy())
        ((value,),) = self._run(Question(tree), Composed(tree, frozenset())).rows
        return str(value)

    @property
    def sample(self) -> SampleDatabase:
        """With the views that are kept now."""
        return SampleDatabase(self._views.read() if self._views else {})

    def _answer(
        self, question: Question, parameters: Mapping[str, Value], declared: tuple[Parameter, ...] = ()
    ) -> Result:
        now = self._now()
        return self._run(
            question, compose(question.tree, self._catalogue, TABLES, parameters, now, declared, self.sample)
        )

    def _created(self, view: CreateView) -> Result:
        """A view is kept when it would answer: its names are known, and it is not made of itself."""
        if self._views is None:
            raise NotAQuestionError("no views are kept here, only questions are run", remedy="Nothing was run.")
        changed = self.sample.with_view(view)
        composed = compose(view.tree, self._catalogue, TABLES, NO_PARAMETERS, self._now(), sample=changed)
        self._run(Question(view.tree, "EXPLAIN"), composed)
        self._views.keep(view)
        return _listing(("view",), [(f"{DATABASE}.{view.name}",)])

    def _run(self, question: Question, composed: Composed) -> Result:
        translated = to_duckdb(_inlined(composed.tree))
        with reading(self._lake) as left_out, self._connect() as connection:
            try:
                for name, table in TABLES.items():
                    if name in composed.tables:
                        create_table(connection, table, self._lake, left_out)
                return interruptible(connection, lambda: to_result(connection.sql(f"{question.prefix} {translated}")))
            except duckdb.Error as exc:
                raise translate_error(exc, question.tree) from exc

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "integer_division": True,
                "temp_directory": "",
            }
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(self._macros)
        connection.execute(f"SET allowed_directories = [{quote(str(self._lake))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def _tables(self) -> Result:
        """What can stand after FROM, and what it means."""
        tables = [(table.name, "table", table.meaning) for table in TABLES.values()]
        views = [(view.name, "view", view.title) for view in self._catalogue.views.values()]
        kept = [(f'"{DATABASE}"."{name}"', "view", "an analyst's own") for name in self.sample.views]
        return _listing(("name", "kind", "meaning"), [*tables, *views, *kept])

    def _columns(self, name: str) -> Result:
        if view := self._catalogue.views.get(name):
            meanings = dict(view.columns)
        elif table := next((table for table in TABLES.values() if table.name == name), None):
            meanings = {column.name: column.meaning for column in table.columns}
            meanings[PARTITION] = "when the row arrived: yyyy/MM/dd/HH, UTC; the partition"
        else:
            known = ", ".join([*TABLES, *self._catalogue.views])
            raise UnknownNameError(f"there is no table or view {name}", remedy=f"There are: {known}.")
        nothing = self._answer(Question(exp.select("*").from_(name).limit(0)), NO_PARAMETERS)
        rows = [(column.name, column.type, meanings.get(column.name, "")) for column in nothing.columns]
        return _listing(("column", "type", "meaning"), rows)


def _inlined(tree: exp.Query) -> exp.Query:
    """The sample's tables in place, not materialised where a statement names one twice: they are our tables whole."""
    for cte in tree.find_all(exp.CTE):
        if cte.alias in {f"{DATABASE}.{name}" for name in SAMPLE_TABLES}:
            cte.set("materialized", False)
    return tree


def _listing(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Result:
    return Result(tuple(Column(name, "varchar") for name in names), tuple(rows))
