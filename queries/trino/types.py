"""Trino's types, which of them become which without a cast, and how they are written.

https://trino.io/docs/current/language/types.html

A moment (timestamp with time zone) has its zone here, as part of the type: it is one constant for a whole column, so
that equal moments are equal, and are grouped, whatever their zones. What would mix zones in one column is refused.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sqlglot import exp

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
NUMBERS = (*INTEGERS, "decimal", "real", "double")
MOST_DIGITS = 38  # of a decimal
_DIGITS_OF = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}  # as decimals
_TIMES = ("date", "timestamp", "timestamp with time zone")


@dataclass(frozen=True, slots=True)
class Type:
    """`inner`: of an array, a map (key, value) or a row. `digits`: a decimal's precision and scale, a timestamp's
    digits of seconds' fractions, the most characters of a varchar (none: any number)."""

    name: str
    inner: tuple["Type", ...] = ()
    fields: tuple[str, ...] = ()  # a row's names, "" for one without
    digits: tuple[int, ...] = ()
    zone: str = ""

    def __str__(self) -> str:
        match self.name:
            case "row":
                parts = zip(self.fields, self.inner, strict=True)
                return f"row({', '.join(f'{name} {inner}'.strip() for name, inner in parts)})"
            case "array" | "map":
                return f"{self.name}({', '.join(map(str, self.inner))})"
            case "timestamp with time zone":
                return f"timestamp({self.digits[0]}) with time zone"
        return f"{self.name}({','.join(map(str, self.digits))})" if self.digits else self.name

    @property
    def is_number(self) -> bool:
        return self.name in NUMBERS

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_time(self) -> bool:
        return self.name in _TIMES

    @property
    def is_moment(self) -> bool:
        """Whether it has a zone."""
        return self.name == "timestamp with time zone"

    @property
    def is_comparable(self) -> bool:
        """Whether = has a meaning for it."""
        return self.name not in ("json", "map", "function") and all(inner.is_comparable for inner in self.inner)

    @property
    def is_orderable(self) -> bool:
        """Whether < has a meaning for it."""
        return self.is_comparable and self.name != "array" and all(inner.is_orderable for inner in self.inner)


UNKNOWN = Type("unknown")  # of NULL
BOOLEAN = Type("boolean")
INTEGER = Type("integer")
BIGINT = Type("bigint")
REAL = Type("real")
DOUBLE = Type("double")
VARCHAR = Type("varchar")
VARBINARY = Type("varbinary")
JSON = Type("json")
DATE = Type("date")
TIMESTAMP = Type("timestamp", digits=(3,))
MOMENT = Type("timestamp with time zone", digits=(3,), zone="UTC")
DAYS = Type("interval day to second")
MONTHS = Type("interval year to month")


def decimal(precision: int, scale: int) -> Type:
    """Of at most 38 digits, as Trino cuts them."""
    return Type("decimal", digits=(max(1, min(MOST_DIGITS, precision)), scale))


def array(inner: Type) -> Type:
    return Type("array", (inner,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def row(fields: Sequence[str], inner: Sequence[Type]) -> Type:
    return Type("row", tuple(inner), tuple(fields))


def as_decimal(number: Type) -> Type:
    """An integer as the decimal that holds it; a decimal as it is."""
    return number if number.name == "decimal" else decimal(_DIGITS_OF[number.name], 0)


def common(one: Type, other: Type) -> Type | None:
    """The type that both become without a cast; None where there is none.

    https://trino.io/docs/current/language/types.html, TypeCoercion in Trino's source
    """
    if one == other or other.name == "unknown":
        return one
    if one.name == "unknown":
        return other
    if one.is_number and other.is_number:
        return _common_number(one, other)
    if one.is_time and other.is_time:
        return _common_time(one, other)
    if one.name != other.name:
        return None
    return _common_inside(one, other)


def _common_number(one: Type, other: Type) -> Type:
    names = {one.name, other.name}
    for name in ("double", "real"):
        if name in names:
            return Type(name)
    if "decimal" not in names:
        return max(one, other, key=lambda number: INTEGERS.index(number.name))
    (precision, scale), (precision2, scale2) = as_decimal(one).digits, as_decimal(other).digits
    widest = max(scale, scale2)
    return decimal(max(precision - scale, precision2 - scale2) + widest, widest)


def _common_time(one: Type, other: Type) -> Type | None:
    zones = {type_.zone for type_ in (one, other) if type_.is_moment}
    if len(zones) > 1:
        return None
    wider = max(one, other, key=lambda time: _TIMES.index(time.name))
    digits = max((*one.digits, *other.digits), default=0)
    return replace(wider, digits=() if wider.name == "date" else (digits,))


def _common_inside(one: Type, other: Type) -> Type | None:
    if one.name == "varchar":
        return VARCHAR if not one.digits or not other.digits else max(one, other, key=lambda text: text.digits)
    if len(one.inner) != len(other.inner) or not one.inner:
        return None
    inner = [common(mine, theirs) for mine, theirs in zip(one.inner, other.inner, strict=True)]
    found = tuple(each for each in inner if each)
    same = one.fields == other.fields
    return Type(one.name, found, one.fields if same else ("",) * len(one.fields)) if len(found) == len(inner) else None


def common_of(types: Iterable[Type]) -> Type | None:
    """The same of several; `UNKNOWN` of none."""

    def both(one: Type | None, other: Type) -> Type | None:
        return common(one, other) if one else None

    start: Type | None = UNKNOWN
    return reduce(both, types, start)


def becomes(given: Type, wanted: Type) -> bool:
    """Whether a value is taken where another type is wanted."""
    together = common(given, wanted)
    if together is None:
        return False
    return _without_sizes(together) == _without_sizes(wanted)


def _without_sizes(type_: Type) -> Type:
    """Lengths, digits of seconds and a row's names decide nothing; a decimal's digits do."""
    digits = type_.digits if type_.name == "decimal" else ()
    return Type(type_.name, tuple(map(_without_sizes, type_.inner)), ("",) * len(type_.fields), digits, type_.zone)


_PLAIN = {
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.TINYINT: Type("tinyint"),
    exp.DType.SMALLINT: Type("smallint"),
    exp.DType.INT: INTEGER,
    exp.DType.BIGINT: BIGINT,
    exp.DType.FLOAT: REAL,
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.VARBINARY: VARBINARY,
    exp.DType.JSON: JSON,
    exp.DType.DATE: DATE,
}


def read_type(written: exp.Expr) -> Type | None:
    """A type as sqlglot reads it; None for one that is not supported (char, time, …)."""
    if not isinstance(written, exp.DataType) or written.args.get("nullable"):
        return None
    if plain := _PLAIN.get(written.this):
        return plain if not written.expressions else None
    return _read_sized(written) or _read_inside(written)


def _read_sized(written: exp.DataType) -> Type | None:
    match written.this:
        case exp.DType.VARCHAR:
            return Type("varchar", digits=tuple(_numbers(written)))
        case exp.DType.DECIMAL:
            precision, scale, *_ = (*_numbers(written), 0, 0) if written.expressions else (MOST_DIGITS, 0)
            return decimal(precision, scale)
        case exp.DType.TIMESTAMP:
            return Type("timestamp", digits=tuple(_numbers(written)) or (3,))
        case exp.DType.TIMESTAMPTZ:
            return Type("timestamp with time zone", digits=tuple(_numbers(written)) or (3,), zone="UTC")
    return None


def _read_inside(written: exp.DataType) -> Type | None:
    parts = [part.kind if isinstance(part, exp.ColumnDef) else part for part in written.expressions]
    inner = [read_type(part) for part in parts if part]
    found = [each for each in inner if each]
    if len(found) != len(written.expressions):
        return None
    match written.this, len(found):
        case exp.DType.ARRAY, 1:
            return array(found[0])
        case exp.DType.MAP, 2:
            return map_of(*found)
        case exp.DType.STRUCT, count if count:
            names = [part.name.lower() if isinstance(part, exp.ColumnDef) else "" for part in written.expressions]
            return row(names, found)
    return None


def _numbers(written: exp.DataType) -> Iterator[int]:
    for parameter in written.expressions:
        yield int(parameter.name)
