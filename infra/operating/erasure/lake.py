"""A person's rows in the embedded lake.

A file is written again without them, whole or not at all. Rows that only ids tie to the person go first, in all files:
an erasure that is killed can be repeated, for what tells whose they are is still there.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from infra.operating.erasure.rows import Row, Tie, forgotten, learn, tie
from transformer.lake.disk import UNFINISHED, remove_files
from transformer.lake.layout import ENDING, OPEN
from transformer.lake.lock import exclusive
from transformer.lake.parquet import write_file
from transformer.schema import TABLES, TableName


def learn_from(lake: Path, person: Person) -> None:
    """Take the ids of every row of this person; again while they lead to further rows."""
    known = -1
    while known < len(person.ids):
        known = len(person.ids)
        for _, path in files(lake):
            for row in read(path).to_pylist():
                if tie(person, row):
                    learn(person, row)


def erase_from(lake: Path, person: Person, report: Report, *, dry_run: bool = False) -> None:
    """Remove the person's rows, and the address from others'. `lake` is written by nobody else meanwhile."""
    steps: list[set[Tie]] = [{"address", "ids"}] if dry_run else [{"ids"}, {"address", "ids"}]
    for step in steps:
        for table, path in list(files(lake)):
            _erase(lake, path, table, person, step, report, dry_run=dry_run)
    if not dry_run and lake.exists():
        remove_files(lake.rglob(f"*{UNFINISHED}"))  # what a writer that died has left


def files(lake: Path) -> Iterator[tuple[TableName, Path]]:
    """Every file of every table, open ones too."""
    for table in TABLES.values():
        for folder in (lake / table.name, lake / OPEN / table.name):
            yield from ((table.name, path) for path in sorted(folder.rglob(f"*{ENDING}")))


def read(path: Path) -> pa.Table:
    """A file with the columns it has, be it older or newer than this version."""
    with path.open("rb") as file:
        return pq.ParquetFile(file).read()


def split(person: Person, rows: list[Row], step: set[Tie]) -> tuple[list[Row], int, int]:
    """The rows to keep, how many go, and how many of those kept change."""
    kept = [row for row in rows if tie(person, row) not in step]
    clean = [row if tie(person, row) else forgotten(person, row) for row in kept]
    return clean, len(rows) - len(kept), sum(before != after for before, after in zip(kept, clean, strict=True))


def _erase(
    lake: Path, path: Path, table: TableName, person: Person, step: set[Tie], report: Report, *, dry_run: bool
) -> None:
    found = read(path)
    kept, removed, rewritten = split(person, found.to_pylist(), step)
    if not removed and not rewritten:
        return
    report.count(f"lake: {table}", removed, rewritten)
    if dry_run:
        return
    with exclusive(lake):  # readers may open a file more than once
        if kept:
            write_file(path, [pa.Table.from_pylist(kept, schema=found.schema)])
        else:
            remove_files([path])
