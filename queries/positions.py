"""Where in the analyst's SQL something stands. sqlglot keeps the place of names, not of every node."""

from sqlglot import exp

from queries.errors import Position


def position_of(node: exp.Expr) -> Position | None:
    """Where the first name in `node` begins; None where it holds no name."""
    for part in node.walk(bfs=False):
        if "line" in part.meta:
            width = int(part.meta["end"]) - int(part.meta["start"])
            return Position(int(part.meta["line"]), int(part.meta["col"]) - width)
    return None


def find_name(tree: exp.Query, name: str) -> Position | None:
    """Where a column, table or function of this name is first used; None where it is not."""
    places = [
        place
        for node in tree.find_all(exp.Identifier, exp.Func)
        if _name(node) == name.lower() and (place := position_of(node))
    ]
    return min(places, key=lambda place: (place.line, place.column), default=None)


def _name(node: exp.Expr) -> str:
    return str(node.name if isinstance(node, exp.Identifier | exp.Anonymous) else "").lower()
