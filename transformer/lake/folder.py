"""The embedded lake's files, for compaction."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyarrow as pa

from transformer.lake.disk import UNFINISHED, move_file, remove_files, write_aside
from transformer.lake.layout import COMPACTION, ENDING, HOURS
from transformer.lake.lock import FileLock, exclusive
from transformer.lake.notes import read_notes, remove_note, write_note
from transformer.lake.parquet import read_whole, write_merged
from transformer.lake.place import Busy, File, Replacement
from transformer.schema import TableName


class Folder:
    """The lake in the folder `lake`.

    `batches` names those whose records are in the journal still: after a crash their files are written again, so they
    are not merged.
    """

    def __init__(self, lake: Path, batches: Callable[[], Collection[str]]) -> None:
        self._lake = lake
        self._batches = batches

    @contextmanager
    def alone(self) -> Iterator[None]:
        lock = FileLock(self._lake / COMPACTION / "lock")
        if not lock.acquire():
            raise Busy(f"another compaction of {self._lake} is running")
        try:
            yield
        finally:
            lock.release()

    def files(self, table: TableName) -> Iterable[File]:
        found = list((self._lake / table).glob(f"{HOURS}/*{ENDING}"))
        unfinished = set(self._batches())  # after the files: a batch leaves the journal when its last file is sealed
        return [
            File(path.relative_to(self._lake).as_posix(), path.stat().st_size)
            for path in found
            if path.stem not in unfinished
        ]

    def read(self, keys: Sequence[str]) -> Iterator[pa.Table]:
        for key in keys:
            with (self._lake / key).open("rb") as file:
                yield read_whole(file)

    def notes(self) -> Sequence[Replacement]:
        return list(read_notes(self._lake))

    def note(self, replacement: Replacement) -> None:
        write_note(self._lake, replacement)

    def forget(self, replacement: Replacement) -> None:
        remove_files([self._staged(replacement)])
        remove_note(self._lake, replacement)

    def stage(self, replacement: Replacement, pieces: Iterable[pa.Table]) -> None:
        write_aside(self._lake / replacement.new, lambda file: write_merged(file, replacement.table, pieces))

    def switching(self) -> AbstractContextManager[None]:
        return exclusive(self._lake)

    def publish(self, replacement: Replacement) -> None:
        move_file(self._staged(replacement), self._lake / replacement.new)

    def published(self, replacement: Replacement) -> bool:
        return (self._lake / replacement.new).exists()

    def remove(self, keys: Sequence[str]) -> None:
        remove_files(self._lake / key for key in keys)

    def _staged(self, replacement: Replacement) -> Path:
        return (self._lake / replacement.new).with_suffix(UNFINISHED)
