"""What a statement to the sample's tables takes for granted."""

from sqlglot import exp

from queries.compatibility.tables import PARTITION

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


def adapt(tree: exp.Query) -> None:
    """In place, with the parameters bound and the clock still running."""
    _forgive_missing_keys(tree)
    _compare_hours_without_a_zone(tree)


def _forgive_missing_keys(tree: exp.Query) -> None:
    """`map['key']` fails where a map lacks the key; the sample's statements count on NULL, as element_at gives.

    https://trino.io/docs/current/functions/map.html
    """
    for subscript in tree.find_all(exp.Bracket):
        subscript.set("safe", True)


def _compare_hours_without_a_zone(tree: exp.Query) -> None:
    """`ingest_timestamp >= date_add('day', -7, current_timestamp)` says the same of UTC hours without their zone.

    Athena's sessions are in UTC, as ours are. Only so does DuckDB prune files by it.
    """
    for comparison in tree.find_all(*_COMPARISONS):
        sides = list(comparison.iter_expressions())
        if any(isinstance(side, exp.Column) and side.name == PARTITION for side in sides):
            for side in sides:
                if _is_of_the_clock(side) and not side.find(exp.Column):
                    side.replace(exp.cast(side.copy(), exp.DType.TIMESTAMP))


def _is_of_the_clock(side: exp.Expr) -> bool:
    calls = (each for each in side.find_all(exp.Anonymous) if each.name.lower() == "now")
    return side.find(exp.CurrentTimestamp) is not None or next(calls, None) is not None
