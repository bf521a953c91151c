"""The tables' columns as they were last released: `python -m tests.golden.schema` takes new ones into the snapshot.

Files already written have the old columns, so a column may be added, and neither go nor change its type.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from transformer.schema import TABLES

SNAPSHOT = Path(__file__).parent / "schema.json"


def as_snapshot() -> dict[str, dict[str, str]]:
    """The type of each column of each table, now."""
    return {table.name: {column.name: column.type for column in table.columns} for table in TABLES.values()}


def changed(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Every column of before that is gone or another."""
    found: list[str] = []
    for table, columns in before.items():
        for name, type_ in columns.items():
            now = after.get(table, {}).get(name)
            if now is None:
                found.append(f"{table}.{name} is gone")
            elif now != type_:
                found.append(f"{table}.{name} was {type_} and is {now}")
    return found


if __name__ == "__main__":
    if SNAPSHOT.exists() and (reasons := changed(orjson.loads(SNAPSHOT.read_bytes()), as_snapshot())):
        sys.exit("\n".join(reasons))
    SNAPSHOT.write_bytes(orjson.dumps(as_snapshot(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
