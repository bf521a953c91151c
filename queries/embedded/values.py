"""An expression in DuckDB's SQL with the type that Trino gives it, and what is built of such."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from queries.trino.types import Type

_SIMPLE = re.compile(
    r'[\w.]+|"[^"]*"(?:\."[^"]*")*|\'[^\']{0,40}\'|struct_extract\(\w+, \'\w+\'\)|CAST\([\w.]+ '
    r"AS [A-Z]+(?:\(\d+,\d+\))?\)"
)
_PLAIN = {
    "unknown": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "varbinary": "BLOB",
    "json": "JSON",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "interval day to second": "INTERVAL",
    "interval year to month": "INTERVAL",
}


@dataclass(frozen=True, slots=True)
class Value:
    """`text`: what a constant text says; None for what is none. `field`: the name that its column gets unasked."""

    sql: str
    type: Type
    text: str | None = None
    field: str = ""

    @property
    def is_lambda(self) -> bool:
        """Whether it is a function's parameter, which is no value of its own."""
        return self.type.name == "function"

    @property
    def is_simple(self) -> bool:
        """Whether it may stand several times where it was written once."""
        return bool(_SIMPLE.fullmatch(self.sql))


def physical(type_: Type) -> str:
    """DuckDB's name of a type."""
    match type_.name:
        case "decimal":
            return f"DECIMAL({type_.digits[0]},{type_.digits[1]})"
        case "array":
            return f"{physical(type_.inner[0])}[]"
        case "map":
            return f"MAP({physical(type_.inner[0])}, {physical(type_.inner[1])})"
        case "row":
            named = zip(field_names(type_), type_.inner, strict=True)
            return f"STRUCT({', '.join(f'{name_of(name)} {physical(inner)}' for name, inner in named)})"
    return _PLAIN[type_.name]


def field_names(type_: Type) -> list[str]:
    """A row's names; those without one are field0, field1, … as Athena shows them. No two are the same."""
    names: list[str] = []
    for index, name in enumerate(type_.fields):
        names.append(name if name and name not in names else f"field{index}")
    return names


def literal(text: str) -> str:
    """A text of SQL."""
    return "'" + text.replace("'", "''") + "'"


def name_of(name: str) -> str:
    """A name of SQL, in quotes."""
    return '"' + name.replace('"', '""') + '"'


def null(type_: Type) -> str:
    return f"CAST(NULL AS {physical(type_)})"


def failed(message: str, type_: Type) -> str:
    """What fails with a message, itself an expression of SQL, where it is evaluated.

    `error()` may not stand within TRY; a cast that cannot be done may. duckdb_errors.py shows the message alone.
    """
    return f"CAST(CAST(CAST('trino: ' || {message} AS BIGINT) AS VARCHAR) AS {physical(type_)})"


def with_names(values: Sequence[Value], body: Callable[[Sequence[Value]], str]) -> str:
    """`body` of values that may stand in it several times: what is not simple is computed once, in a list of one."""
    hoisted = [value for value in values if not value.is_simple]
    if not hoisted:
        return body(values)
    variable = variable_for(*(value.sql for value in hoisted))
    if len(hoisted) == 1:
        [only] = hoisted
        packed, named = only.sql, {only.sql: variable}
    else:
        packed = f"struct_pack({', '.join(f'a{index} := {value.sql}' for index, value in enumerate(hoisted))})"
        named = {value.sql: f"struct_extract({variable}, 'a{index}')" for index, value in enumerate(hoisted)}
    replaced = [Value(named.get(value.sql, value.sql), value.type, value.text) for value in values]
    return f"list_extract(list_transform([{packed}], LAMBDA {variable}: {body(replaced)}), 1)"


def variable_for(*sqls: str) -> str:
    """A lambda's parameter that no other one is mistaken for: the same text always has the same, as GROUP BY needs."""
    return f"v{hashlib.sha256(' '.join(sqls).encode()).hexdigest()[:12]}"


def each(sql: str, body: Callable[[str], str]) -> str:
    """A list with `body` done to each of its elements."""
    variable = variable_for(sql, "each")
    return f"list_transform({sql}, LAMBDA {variable}: {body(variable)})"


def packed(names: Sequence[str], sqls: Sequence[str]) -> str:
    """A row."""
    return f"struct_pack({', '.join(f'{name_of(name)} := {sql}' for name, sql in zip(names, sqls, strict=True))})"
