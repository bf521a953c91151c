"""Values of expressions by Velox, the engine whose functions Presto and Trino's relatives share: JSON in, JSON out.

    {"columns": {"t": ["a", null], "n": [1, 2]}, "expressions": ["length(t)"]}  ▶  [["1", null]]

Each value is JSON text, as `json_format` writes it; an expression that Velox refuses is {"error": why}. A process of
its own, left without clearing up: the bindings abort at the interpreter's end.
Source: https://facebookincubator.github.io/velox/functions/presto/ (the functions), pyvelox.legacy's own help
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence

from pyvelox import legacy

Value = str | int | float | None


def main() -> None:
    legacy.register_presto_signatures()
    request = json.load(sys.stdin)
    answers = [_evaluated(expression, request["columns"]) for expression in request["expressions"]]
    json.dump(answers, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


def _evaluated(expression: str, columns: Mapping[str, Sequence[Value]]) -> list[str | None] | dict[str, str]:
    """NULL for the rows that fail, as `try` has it."""
    rows = len(next(iter(columns.values())))
    vectors = [legacy.from_list(list(values)) for values in columns.values()]
    try:
        parsed = legacy.Expression.from_string(f"json_format(CAST(try({expression}) AS JSON))")
        vector = parsed.evaluate(list(columns), vectors)
    except RuntimeError as error:
        return {"error": str(error)}
    return [vector[row] for row in range(rows)]


if __name__ == "__main__":
    main()
