"""A result as an Arrow table: each column of the type that Athena names, so that an empty one has its types too."""

from collections.abc import Sequence

import pyarrow as pa
from sqlglot import exp

from queries.result import Cell, Column, Row
from queries.statement import DIALECT

_PLAIN: dict[exp.DType, pa.DataType] = {
    exp.DType.BOOLEAN: pa.bool_(),
    exp.DType.TINYINT: pa.int8(),
    exp.DType.SMALLINT: pa.int16(),
    exp.DType.INT: pa.int32(),
    exp.DType.BIGINT: pa.int64(),
    exp.DType.FLOAT: pa.float32(),
    exp.DType.DOUBLE: pa.float64(),
    exp.DType.DATE: pa.date32(),
    exp.DType.TIME: pa.time64("us"),
    exp.DType.TIMESTAMP: pa.timestamp("us"),
    exp.DType.TIMESTAMPTZ: pa.timestamp("us", tz="UTC"),
    exp.DType.VARBINARY: pa.binary(),
}


def schema_of(columns: Sequence[Column], names: Sequence[str]) -> pa.Schema:
    """The columns under these names."""
    return pa.schema([(name, arrow_type(column.type)) for name, column in zip(names, columns, strict=True)])


def to_arrow(columns: Sequence[Column], rows: Sequence[Row], names: Sequence[str]) -> pa.Table:
    """The rows under these names, one for each column."""
    cells = zip(*rows, strict=True) if rows else [()] * len(columns)
    arrays = [_array(list(each), column.type) for each, column in zip(cells, columns, strict=True)]
    return pa.table(arrays, names=list(names))


def _array(cells: list[Cell], type_: str) -> pa.Array:
    wanted = arrow_type(type_)
    if wanted == pa.string():
        cells = [None if cell is None else str(cell) for cell in cells]
    return pa.array(cells, wanted)


def arrow_type(type_: str) -> pa.DataType:
    """Of a type as Athena spells it. What Arrow has no type for (an interval, JSON) is text."""
    parsed: exp.Expr = exp.DataType.build(type_, dialect=DIALECT)  # an interval is none
    return _converted(parsed) if isinstance(parsed, exp.DataType) else pa.string()


def _converted(type_: exp.DataType) -> pa.DataType:
    inner = type_.expressions
    match type_.this:
        case exp.DType.DECIMAL:
            return pa.decimal128(*(int(each.name) for each in inner))
        case exp.DType.ARRAY if inner:
            return pa.list_(_converted(inner[0]))
        case exp.DType.MAP if inner:
            return pa.map_(*map(_converted, inner))
        case exp.DType.STRUCT if inner:
            return pa.struct([(each.name, _converted(each.kind)) for each in inner])
        case plain:
            return _PLAIN.get(plain, pa.string())
