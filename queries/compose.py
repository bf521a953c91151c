"""From a checked statement to one that an engine can run: views become its CTEs, parameters and clocks its literals.

What comes out names tables of the lake only, and is the same for every engine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from queries.catalogue.entries import Catalogue, Entry
from queries.catalogue.parameters import Parameter, Value, bind, moment
from queries.compatibility.adapt import adapt
from queries.compatibility.database import SampleDatabase
from queries.resolve import Resolver
from queries.statement import DIALECT

PARTITION = "hour"  # the column every table has besides its own: yyyy/MM/dd/HH, of arrival, UTC

_NO_VIEWS = SampleDatabase()


@dataclass(frozen=True, slots=True)
class Composed:
    """A question over base tables alone, which of them it names, and which of its CTEs are views."""

    tree: exp.Query
    tables: frozenset[str]
    views: frozenset[str] = frozenset()


def compose(
    question: exp.Query,
    catalogue: Catalogue,
    tables: Iterable[str],
    given: Mapping[str, Value],
    now: datetime,
    declared: Iterable[Parameter] = (),
    sample: SampleDatabase = _NO_VIEWS,
) -> Composed:
    """`declared` are the question's own parameters, where it is a report.

    Raises `UnknownNameError` for tables, `ParameterError`, `SyntaxFaultError` for names used twice.
    """
    tree, resolver = inlined(question, catalogue, tables, sample)
    shipped = (catalogue.entries[name] for name in resolver.views if name in catalogue.entries)
    bind(tree, [*declared, *_parameters(shipped)], given)
    if resolver.uses_sample:
        adapt(tree)
    _stop_the_clock(tree, now)
    _name_columns(tree)
    return Composed(tree, frozenset(resolver.tables), frozenset(resolver.views))


def inlined(
    question: exp.Query, catalogue: Catalogue, tables: Iterable[str], sample: SampleDatabase = _NO_VIEWS
) -> tuple[exp.Query, Resolver]:
    """The question with the views that it is made of as its first CTEs, and what was found on the way to them.

    Parameters and clocks are still there. Raises `UnknownNameError` and `SyntaxFaultError`.
    """
    tree = normalize_identifiers(question.copy(), dialect=DIALECT)
    resolver = Resolver(catalogue, tables, sample)
    resolver.resolve(tree, in_sample=sample.is_asking)
    for name, view in reversed(resolver.views.items()):
        _prepend(tree, name, view)
    return tree, resolver


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
    for node in list(tree.find_all(*clocks, exp.Anonymous)):
        if type(node) in clocks:
            node.replace(clocks[type(node)]())
        elif node.name.lower() == "now" and not node.expressions:
            node.replace(moment(now))


def _name_columns(tree: exp.Query) -> None:
    """Columns without a name get Trino's: `_col0`, `_col1`, … by their place."""
    for index, projection in enumerate(tree.selects):
        if not isinstance(projection, exp.Alias | exp.Column | exp.Dot) and not projection.is_star:
            projection.replace(exp.alias_(projection.copy(), f"_col{index}"))
