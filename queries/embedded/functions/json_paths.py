"""What json_value, json_query and json_exists find, and the paths of the older json_extract.

https://trino.io/docs/current/functions/json.html#json-path-language

In lax mode a member of an array is that of each of its elements, and what is not there is nothing; in strict mode
either is an error. So a path gives a list of items: an item that is NULL is an error.
"""

import re
from dataclasses import dataclass
from functools import partial

from queries.embedded.values import each, literal, variable_for

_STEP = re.compile(
    r'\s*(?:\.\s*(?P<name>[A-Za-z_]\w*)|\.\s*"(?P<quoted>[^"\\]+)"|\[\s*(?P<index>\d+|last|\*)\s*\])(?!\s*\()'
)
_OLD_STEP = re.compile(r'\.(?P<name>[\w-]+)|\["(?P<quoted>[^"\\]+)"\]|\[(?P<index>\d+)\]|\[(?P<bare>[A-Za-z_][\w-]*)\]')


class PathError(ValueError):
    """Not a path that is supported."""


@dataclass(frozen=True, slots=True)
class Path:
    """Steps: a member's name, or an element's index: a number from 0, `last`, or `*` for all."""

    strict: bool
    steps: tuple[tuple[str, str], ...]  # ("member" or "element", which)


def read_path(text: str) -> Path:
    """`lax $.a.b[0]`. Filters, methods and ranges are not supported. Raises `PathError`."""
    mode, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if mode not in ("lax", "strict") or not rest.startswith("$"):
        raise PathError("a path begins with lax $ or strict $")
    steps: list[tuple[str, str]] = []
    place = 1
    while place < len(rest):
        if not (match := _STEP.match(rest, place)):
            raise PathError(f"the path has {rest[place : place + 20]!r}")
        name = match["name"] or match["quoted"]
        steps.append(("member", name) if name else ("element", match["index"]))
        place = match.end()
    return Path(mode == "strict", tuple(steps))


def old_path(text: str) -> str:
    """json_extract's `$.a["b c"][0]` as DuckDB's, a text of SQL. Raises `PathError`."""
    if not text.startswith("$"):
        raise PathError("a path begins with $")
    place, found = 1, "$"
    while place < len(text):
        if not (match := _OLD_STEP.match(text, place)):
            raise PathError(f"the path has {text[place : place + 20]!r}")
        name = match["name"] or match["quoted"] or match["bare"]
        found += f'."{name}"' if name else f"[{match['index']}]"
        place = match.end()
    return literal(found)


def items(document: str, path: Path) -> str:
    """The list of what the path finds in a document, a text of SQL; NULL for NULL."""
    found = f"[CAST({document} AS JSON)]"
    for kind, which in path.steps:
        step = partial(_strict if path.strict else _lax, kind, which)
        found = f"flatten({each(found, step)})"
        if not path.strict:
            variable = variable_for(found)
            found = f"list_filter({found}, LAMBDA {variable}: {variable} IS NOT NULL)"
    return f"CASE WHEN {document} IS NOT NULL THEN {found} END"


def _lax(kind: str, which: str, item: str) -> str:
    """One item's members or elements, those of each of its elements where it is an array."""
    elements = _elements(item)
    if kind == "member":
        path = literal(f'$."{which}"')
        inside = each(elements, lambda element: f"json_extract({element}, {path})")
        return f"CASE json_type({item}) WHEN 'ARRAY' THEN {inside} ELSE [json_extract({item}, {path})] END"
    whole = f"CASE json_type({item}) WHEN 'ARRAY' THEN {elements} ELSE [{item}] END"
    return whole if which == "*" else f"[list_extract({whole}, {_place(which)})]"


def _strict(kind: str, which: str, item: str) -> str:
    """The same, where an array has no members, and what is no array no elements."""
    if kind == "member":
        path = literal(f'$."{which}"')
        return f"[CASE json_type({item}) WHEN 'OBJECT' THEN json_extract({item}, {path}) END]"
    elements = _elements(item)
    found = elements if which == "*" else f"[list_extract({elements}, {_place(which)})]"
    return f"CASE json_type({item}) WHEN 'ARRAY' THEN {found} ELSE [CAST(NULL AS JSON)] END"


def _elements(item: str) -> str:
    """null among them is an item, not nothing."""
    array = f"CASE json_type({item}) WHEN 'ARRAY' THEN CAST({item} AS JSON[]) ELSE [] END"
    return each(array, lambda element: f"coalesce({element}, CAST('null' AS JSON))")


def _place(which: str) -> str:
    return "-1" if which == "last" else str(int(which) + 1)
