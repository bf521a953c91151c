"""What a question would read, told beforehand from the files' footers: what Athena would charge for, of the same files.

Of each table: the columns that are named beside it, in the files of the hours that the bare partition column is held
against. Athena reads the same column chunks. Firehose compresses otherwise than the embedded lake: it is an estimate.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import eq, ge, gt, le, lt
from pathlib import Path

import pyarrow.parquet as pq
from sqlglot import exp

from queries.compose import PARTITION
from transformer.lake.layout import ENDING, HOURS, hour_of
from transformer.schema import TABLES

_COMPARED: Mapping[type[exp.Expr], Callable[[str, str], bool]] = {
    exp.EQ: eq,
    exp.GTE: ge,
    exp.GT: gt,
    exp.LTE: le,
    exp.LT: lt,
}


def bytes_read(tree: exp.Query, lake: Path, value_of: Callable[[exp.Expr], str]) -> int:
    """Of a composed statement; `value_of` evaluates an expression without columns. Open files are not counted."""
    reads = [
        (table, table.parent_select) for table in tree.find_all(exp.Table) if table.name in TABLES and not table.db
    ]
    return sum(_bytes(lake, table.name, select, value_of) for table, select in reads if select)


def _bytes(lake: Path, table: str, select: exp.Select, value_of: Callable[[exp.Expr], str]) -> int:
    wanted = {column.name for column in select.find_all(exp.Column)}
    if any(projection.is_star for projection in select.selects):
        wanted |= set(TABLES[table].column_names)
    bounds = [(_COMPARED[type(each)], value_of(each.expression)) for each in _hours(select)]
    paths = (lake / table).glob(f"{HOURS}/*{ENDING}")
    return sum(
        _chunks(path, wanted) for path in paths if all(compare(hour_of(path), bound) for compare, bound in bounds)
    )


def _hours(select: exp.Select) -> Iterator[exp.Binary]:
    """What the partition column is compared with, where that is a constant."""
    for each in _conjuncts(select.args.get("where")):
        if isinstance(each, exp.Binary) and type(each) in _COMPARED:
            is_hour = isinstance(each.this, exp.Column) and each.this.name == PARTITION
            if is_hour and not each.expression.find(exp.Column, exp.Query):
                yield each


def _conjuncts(where: exp.Where | None) -> Iterable[exp.Expr]:
    if where is None:
        return ()
    return where.this.flatten() if isinstance(where.this, exp.And) else (where.this,)


def _chunks(path: Path, wanted: set[str]) -> int:
    """Bytes of the wanted columns in one file."""
    found = pq.read_metadata(path)
    groups = (found.row_group(index) for index in range(found.num_row_groups))
    chunks = (group.column(index) for group in groups for index in range(group.num_columns))
    return sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema.split(".")[0] in wanted)
