"""DuckDB's errors as ours. Its messages point into the translated SQL; the names in them are found in the analyst's."""

import re

import duckdb
from sqlglot import exp

from queries.errors import ExecutionError, QueryError, UnknownNameError
from queries.positions import find_name

_UNKNOWN = (
    re.compile(r'Referenced (?P<kind>column|table) "(?P<name>[^"]+)" not found'),
    re.compile(r'does not have a (?P<kind>column) named "(?P<name>[^"]+)"'),
    re.compile(r"(?P<kind>Function) with name (?P<name>\w+) does not exist"),
)
_FAILED = re.compile(r"Could not convert string 'trino: (?P<message>.+)' to INT")  # values.py marks its own
_UNGROUPED = re.compile(r'column "(?P<name>[^"]+)" must appear in the GROUP BY clause')
_SMALLER = "Ask about fewer hours (-p from_hour=…, or WHERE hour >= …), or for fewer rows."
_KIND = re.compile(r"^[A-Z][\w ]* Error: ")
_CANDIDATES = re.compile(r"Candidate bindings: (?P<names>.+)")


def translate_error(error: Exception, question: exp.Query) -> QueryError:
    """`question` is the statement as it was written, with the places of its names."""
    text = str(error)
    for pattern in _UNKNOWN:
        if match := pattern.search(text):
            candidates = _CANDIDATES.search(text)
            return UnknownNameError(
                f"there is no {match['kind'].lower()} {match['name']}",
                position=find_name(question, match["name"]),
                remedy=f"Did you mean one of {candidates['names']}?" if candidates else "",
            )
    if match := _UNGROUPED.search(text):
        place = find_name(question, match["name"])
        which = match["name"] if place else "what is selected"
        return ExecutionError(f"{which} must be in GROUP BY, or within an aggregate", position=place)
    if isinstance(error, duckdb.OutOfMemoryException):
        return ExecutionError("the question needs more memory than there is", remedy=_SMALLER)
    if failed := _FAILED.search(text):
        return ExecutionError(failed["message"])
    return ExecutionError(_KIND.sub("", text.split("\n", maxsplit=1)[0]).split(" Use TRY(", maxsplit=1)[0])
