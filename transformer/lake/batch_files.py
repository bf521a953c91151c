"""One batch of the journal's records, and its files: one for each table and hour of arrival that it has rows of."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

import pyarrow as pa

from transformer.lake.disk import move_file
from transformer.lake.journal import Record
from transformer.lake.layout import ENDING, HOURS, OPEN, partition, sealed_name
from transformer.lake.parquet import holds_same, to_arrow, write_file
from transformer.schema import TableName, Values


class LakeRow(Protocol):
    """A row, or a rejected row: the values of one table."""

    @property
    def table(self) -> TableName: ...
    @property
    def values(self) -> Values: ...


Transform: TypeAlias = Callable[[bytes, datetime], Iterable[LakeRow]]


@dataclass(frozen=True, slots=True)
class Flushed:
    """What was written. `locked_out`: another process writes this lake; it will write what waits in the journal too."""

    records: int = 0
    rows: int = 0  # newly visible, rejected ones left out
    rejected: int = 0
    locked_out: bool = False

    def __add__(self, other: "Flushed") -> "Flushed":
        return Flushed(self.records + other.records, self.rows + other.rows, self.rejected + other.rejected)


class BatchFiles:
    """The rows of a batch so far, as Arrow, so that a new record costs no second rendering of the old ones."""

    def __init__(self, name: str, lake: Path, opened_at: datetime) -> None:
        self.name = name
        self.opened_at = opened_at
        self.records = 0
        self.bytes = 0
        self._lake = lake
        self._pieces: defaultdict[Path, list[pa.Table]] = defaultdict(list)  # by the file's place while it is open

    def add(self, records: Sequence[Record], transform: Transform) -> Flushed:
        """Write the batch's files again with these records' rows in them."""
        new: defaultdict[tuple[TableName, Path], list[Values]] = defaultdict(list)
        for record in records:
            for row in transform(record.body, record.arrived_at):
                new[row.table, self._path(row.table, record.arrived_at)].append(row.values)
        for (table, path), rows in new.items():
            self._pieces[path].append(to_arrow(table, rows))
            write_file(path, self._pieces[path])
        self.records += len(records)
        self.bytes += sum(len(record.body) for record in records)
        rejected = sum(len(rows) for (table, _), rows in new.items() if table == "rejected")
        return Flushed(len(records), sum(map(len, new.values())) - rejected, rejected)

    def seal(self) -> None:
        """Move the files where they stay. One that is there already, with these rows, is not touched."""
        for path in self._pieces:
            sealed = sealed_name(self._lake, path)
            if holds_same(sealed, path):
                path.unlink()
            else:
                move_file(path, sealed)
            self._remove_empty(path.parent)

    def remove_others(self) -> None:
        """Remove files of this batch that it has no rows of: a process that died may have rendered otherwise."""
        wanted = {*self._pieces, *(sealed_name(self._lake, path) for path in self._pieces)}
        for folder in (self._lake, self._lake / OPEN):
            for path in folder.glob(f"*/{HOURS}/{self.name}.*"):
                if path not in wanted:
                    path.unlink()

    def _remove_empty(self, folder: Path) -> None:
        """Readers look through every folder below .open, so none is kept for hours gone by."""
        while folder != self._lake / OPEN and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _path(self, table: TableName, arrived_at: datetime) -> Path:
        return self._lake / OPEN / partition(table, arrived_at) / f"{self.name}{ENDING}"
