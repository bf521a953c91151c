"""The catalogue as Athena keeps it, for those who ask in its console: views as views, reports as saved queries.

`parley query` needs neither: it sends whole statements (compose.py).

    view         names other views, as in its file. Parameters have their defaults: it covers all there is. Times are
                 without a zone, in UTC: Glue has no type for those with one, and Athena refuses such a view
                 https://github.com/Tomme/dbt-athena/issues/115
    saved query  whole, because a parameter reaches into the views below a report; marks each literal that stands for
                 one: `hour >= '1970/01/01/00' /* from_hour */`. A prepared statement would ask for a parameter anew at
                 each of its places: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

from collections.abc import Iterable

from sqlglot import exp, parse_one

from queries.catalogue.entries import Catalogue, Entry
from queries.catalogue.parameters import Parameter, bind
from queries.compatibility.database import SampleDatabase
from queries.compose import inlined
from queries.resolve import Resolver, entry_tree
from queries.statement import DIALECT
from transformer.schema import TABLES

_ZONELESS = "date_add('millisecond', {}, TIMESTAMP '1970-01-01 00:00:00.000')"


def views(catalogue: Catalogue) -> dict[str, str]:
    """Each view's SELECT by its name; a view comes after those that it is made of."""
    found: dict[str, str] = {}
    for name, entry in catalogue.views.items():
        resolver = Resolver(catalogue, TABLES, SampleDatabase())
        resolver.resolve(entry_tree(entry))
        for each in (*resolver.views, name):
            tree = _without_zones(entry_tree(catalogue.entries[each]))
            found.setdefault(each, _sql(tree, catalogue.entries[each].parameters))
    return found


def saved_query(entry: Entry, catalogue: Catalogue) -> str:
    """A report, to be run as it is once parameters without a default, which stand there as '', are filled in."""
    tree, resolver = inlined(entry_tree(entry), catalogue, TABLES)
    below = [parameter for name in resolver.views for parameter in catalogue.entries[name].parameters]
    by_name = {parameter.name: parameter for parameter in (*below, *entry.parameters)}
    told = [f"-- {entry.title}", *(f"-- {name}: {parameter.meaning}" for name, parameter in by_name.items())]
    return "\n".join([*told, _sql(tree, by_name.values())])


def _without_zones(tree: exp.Query) -> exp.Query:
    """Each `from_unixtime(milliseconds / 1e3)` as a time without a zone."""
    for each in list(tree.find_all(exp.Anonymous)):
        if each.name.lower() == "from_unixtime":
            milliseconds = each.expressions[0].this.sql(dialect=DIALECT)
            each.replace(parse_one(_ZONELESS.format(milliseconds), dialect=DIALECT))
    return tree


def _sql(tree: exp.Query, parameters: Iterable[Parameter]) -> str:
    """Each parameter as its default, with its name beside it. The files' own comments stay in the files."""
    for node in tree.walk():
        node.pop_comments()
    marked = [_in_parentheses(each) for each in list(tree.find_all(exp.Placeholder))]
    declared = list(parameters)
    bind(tree, declared, {each.name: "" for each in declared if each.default is None})
    for name, place in marked:
        literal = place.this.unnest()
        literal.add_comments([f" {name} "])
        place.replace(literal)
    return tree.sql(dialect=DIALECT, pretty=True)


def _in_parentheses(placeholder: exp.Placeholder) -> tuple[str, exp.Paren]:
    """So that its place can be found when it is there no longer."""
    place = exp.Paren(this=placeholder.copy())
    placeholder.replace(place)
    return placeholder.name, place
