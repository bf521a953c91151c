"""How a reader finds every row of the sealed files once, whatever compaction does meanwhile or has left undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transformer.lake.lock import shared
from transformer.lake.notes import read_notes


@contextmanager
def reading(lake: Path) -> Iterator[list[Path]]:
    """While the context lasts no file is replaced. Yields the files to leave out: a merged one has their rows too.

    There are such only where a compaction died between giving a merged file its place and removing the old ones.
    Compaction waits for readers; it keeps new ones waiting for the few milliseconds in which it renames and removes.
    The lake need not exist.
    """
    if not lake.exists():
        yield []
        return
    with shared(lake):
        yield [lake / key for note in read_notes(lake) if (lake / note.new).exists() for key in note.old]
