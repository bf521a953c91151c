"""Athena SQL on one machine: DuckDB over the lake's Parquet files.

Each question has a database of its own, in memory, that can read the lake's folder and nothing else, and whose
configuration is locked before the question is run.
Source: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from queries.asking import Asked, Prepared, asked, prepared
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS, Value
from queries.compatibility.database import SampleDatabase
from queries.compatibility.tables import DATABASE
from queries.compatibility.views import ViewFolder
from queries.compose import PARTITION, Composed
from queries.embedded import scope
from queries.engines.cells import ArrowBatch
from queries.engines.duckdb_errors import translate_error
from queries.engines.estimate import bytes_read
from queries.engines.interruptible import Interruptible, Stop
from queries.engines.parquet_table import create_table, quote
from queries.errors import NotAQuestionError, UnknownNameError
from queries.result import Answer, Batch, Column, Result, answer_of
from queries.statement import CreateView, Question, ShowColumns, ShowTables
from queries.trino.types import VARCHAR, Type
from transformer.lake.reading import reading
from transformer.schema import TABLES

ROWS = 2_000  # of a batch
MEMORY = "40%"  # of the machine's, or of the container's, for one question


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

    def query(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> Result:
        """Athena SQL, or the bare name of a table, a view or a report: all of the answer. Raises `QueryError`."""
        return self.answer(sql, parameters).whole()

    def answer(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS, stop: Stop | None = None) -> Answer:
        """The same, its rows as they come: to be closed. `stop` ends it early. Raises `QueryError`, as its rows do."""
        known = asked(sql, self._catalogue)
        match known.statement:
            case CreateView() as view:
                return answer_of(self._created(view))
            case ShowTables():
                return answer_of(self._tables())
            case ShowColumns(table):
                return answer_of(self._columns(table))
        return self._answer(known, parameters, stop)

    def bytes_read(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> int:
        """What a question would read, without running it; 0 for what lists names. Raises `QueryError`."""
        known = asked(sql, self._catalogue)
        if not isinstance(known.statement, Question):
            return 0
        ready = prepared(known, self._catalogue, parameters, self._now(), self.sample)
        return bytes_read(ready.composed.tree, self._lake, self._constant) if ready else 0

    def _constant(self, expression: exp.Expr) -> str:
        question = Question(exp.select(expression.copy()))
        ready = Prepared(question, Composed(question.tree, frozenset()))
        ((value,),) = self._run(ready, Stop()).whole().rows
        return str(value)

    @property
    def sample(self) -> SampleDatabase:
        """With the views that are kept now."""
        return SampleDatabase(self._views.read() if self._views else {})

    def _answer(self, known: Asked, parameters: Mapping[str, Value], stop: Stop | None = None) -> Answer:
        ready = prepared(known, self._catalogue, parameters, self._now(), self.sample)
        return self._run(ready, stop or Stop()) if ready else answer_of(_listing((), []))

    def _created(self, view: CreateView) -> Result:
        """A view is kept when it would answer: its names are known, and it is not made of itself."""
        if self._views is None:
            raise NotAQuestionError("no views are kept here, only questions are run", remedy="Nothing was run.")
        changed = self.sample.with_view(view)
        ready = prepared(Asked(view), self._catalogue, NO_PARAMETERS, self._now(), changed)
        if ready:
            self._run(ready, Stop()).whole()
        self._views.keep(view)
        return _listing(("view",), [(f"{DATABASE}.{view.name}",)])

    def _run(self, ready: Prepared, stop: Stop) -> Answer:
        """The answer holds the connection, and the files as they are now, until it is closed."""
        translated = ready.translated()
        tree, prefix = ready.question.tree, ready.question.prefix
        with ExitStack() as opened:
            left_out = opened.enter_context(reading(self._lake))
            connection = opened.enter_context(self._connect())
            worker = opened.enter_context(Interruptible(connection, stop))
            try:
                for name, table in TABLES.items():
                    if name in ready.composed.tables:
                        create_table(connection, table, self._lake, left_out)
                reader = worker.do(lambda: connection.sql(f"{prefix} {translated.sql}").to_arrow_reader(ROWS))
            except duckdb.Error as exc:
                raise translate_error(exc, tree) from exc
            columns, types = _columns_of(reader, translated.columns, plan=bool(prefix))
            return Answer(columns, self._batches(worker, reader, types, tree), opened.pop_all().close)

    def _batches(
        self, worker: Interruptible, reader: pa.RecordBatchReader, types: Sequence[Type], tree: exp.Query
    ) -> Iterator[Batch]:
        while True:
            try:
                batch = worker.do(partial(next, reader, None))
            except (duckdb.Error, pa.ArrowException) as exc:
                raise translate_error(exc, tree) from exc
            if batch is None:
                return
            yield ArrowBatch(batch, types)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "memory_limit": MEMORY,
                "temp_directory": "",
            }
        )
        connection.execute("SET TimeZone = 'UTC'")
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
        nothing = self._answer(Asked(Question(exp.select("*").from_(name).limit(0))), NO_PARAMETERS).whole()
        rows = [(column.name, column.type, meanings.get(column.name, "")) for column in nothing.columns]
        return _listing(("column", "type", "meaning"), rows)


def _columns_of(
    reader: pa.RecordBatchReader, translated: Sequence[scope.Column], *, plan: bool
) -> tuple[tuple[Column, ...], Sequence[Type]]:
    """The statement's own; of a plan, the texts that it is."""
    if plan:
        names = reader.schema.names
        return tuple(Column(name, "varchar") for name in names), [VARCHAR] * len(names)
    columns = (Column(each.name or f"_col{index}", str(each.type)) for index, each in enumerate(translated))
    return tuple(columns), [each.type for each in translated]


def _listing(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Result:
    return Result(tuple(Column(name, "varchar") for name in names), tuple(rows))
