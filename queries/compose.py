"""From a checked statement to one that an engine can run: views become its CTEs, parameters and clocks its literals.

What comes out names tables of the lake only, and is the same for every engine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.scope import traverse_scope

from queries.catalogue import Catalogue, Entry
from queries.errors import SyntaxFaultError, UnknownNameError
from queries.parameters import Parameter, Value, bind, moment
from queries.positions import position_of
from queries.statement import DIALECT, Question, read


@dataclass(frozen=True, slots=True)
class Composed:
    """A question over base tables alone, and which of them it names."""

    tree: exp.Query
    tables: frozenset[str]


def compose(
    question: exp.Query,
    catalogue: Catalogue,
    tables: Iterable[str],
    given: Mapping[str, Value],
    now: datetime,
    declared: Iterable[Parameter] = (),
) -> Composed:
    """`declared` are the question's own parameters, where it is a report.

    Raises `UnknownNameError` for tables, `ParameterError`, `SyntaxFaultError` for names used twice.
    """
    tree = normalize_identifiers(question.copy(), dialect=DIALECT)
    known = frozenset(tables)
    views: dict[str, exp.Query] = {}
    named = _resolve(tree, catalogue, known, views)
    for name, view in reversed(views.items()):
        _prepend(tree, name, view)
    bind(tree, [*declared, *_parameters(catalogue.entries[name] for name in views)], given)
    _stop_the_clock(tree, now)
    _name_columns(tree)
    return Composed(tree, frozenset(named))


def entry_tree(entry: Entry) -> exp.Query:
    """A catalogue entry's SQL as a tree."""
    statement = read(entry.sql)
    if not isinstance(statement, Question):
        raise SyntaxFaultError(f"{entry.name} is not a SELECT")
    return normalize_identifiers(statement.tree, dialect=DIALECT)


def _resolve(
    tree: exp.Query, catalogue: Catalogue, tables: frozenset[str], views: dict[str, exp.Query]
) -> frozenset[str]:
    """The base tables below `tree`. Views it names are added to `views`, each after those it is made of."""
    found = set()
    for table in _tables_of(tree):
        if table.name in tables and not table.db:
            found.add(table.name)
        elif table.name in catalogue.views and not table.db:
            view = entry_tree(catalogue.views[table.name])
            found |= _resolve(view, catalogue, tables, views)
            views.setdefault(table.name, view)
        else:
            raise _unknown_table(table, sorted({*tables, *catalogue.views}))
    return frozenset(found)


def _tables_of(tree: exp.Query) -> Iterator[exp.Table]:
    """Every table named in it that is not one of its own CTEs."""
    try:
        scopes = traverse_scope(tree)
    except OptimizeError as exc:
        raise SyntaxFaultError(str(exc)) from exc
    for scope in scopes:
        for source in scope.sources.values():
            if isinstance(source, exp.Table):
                yield source


def _unknown_table(table: exp.Table, known: list[str]) -> UnknownNameError:
    name = table.sql(dialect=DIALECT) if isinstance(table.this, exp.Identifier) else f"{table.this.sql(DIALECT)} (…)"
    return UnknownNameError(
        f"there is no table or view {name}", position=position_of(table), remedy=f"There are: {', '.join(known)}."
    )


def _prepend(tree: exp.Query, name: str, view: exp.Query) -> None:
    """Make a view the statement's first CTE, where a CTE of the analyst's cannot change what it reads."""
    cte = exp.CTE(this=view, alias=exp.TableAlias(this=exp.to_identifier(name)))
    if existing := tree.args.get("with_"):
        existing.set("expressions", [cte, *existing.expressions])
    else:
        tree.set("with_", exp.With(expressions=[cte]))


def _parameters(entries: Iterable[Entry]) -> Iterator[Parameter]:
    for entry in entries:
        yield from entry.parameters


def _stop_the_clock(tree: exp.Query, now: datetime) -> None:
    """One moment for the whole question, as a literal, so that files are pruned by it on both engines."""
    clocks: dict[type[exp.Expr], Callable[[], exp.Expr]] = {
        exp.CurrentTimestamp: lambda: moment(now),
        exp.Localtimestamp: lambda: moment(now.replace(tzinfo=None)),
        exp.CurrentDate: lambda: exp.cast(exp.Literal.string(now.date().isoformat()), exp.DType.DATE),
    }
    for node in list(tree.find_all(*clocks)):
        node.replace(clocks[type(node)]())


def _name_columns(tree: exp.Query) -> None:
    """Columns without a name get Trino's: `_col0`, `_col1`, … by their place."""
    for index, projection in enumerate(tree.selects):
        if not isinstance(projection, exp.Alias | exp.Column | exp.Dot) and not projection.is_star:
            projection.replace(exp.alias_(projection.copy(), f"_col{index}"))
