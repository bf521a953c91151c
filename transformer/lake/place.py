"""Where a lake's files are: a folder, or a bucket. What compaction needs of either.

A key is `<table>/yyyy/MM/dd/HH/<name>.parquet`, below the lake.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec
import pyarrow as pa

from transformer.schema import TableName


class Replacement(msgspec.Struct, frozen=True):
    """The file `new` is to have the rows of every one of `old`. Keys, all of one table and one hour."""

    table: TableName
    new: str
    old: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A sealed file of the lake. `key` is its name below the place, `bytes` its size."""

    key: str
    bytes: int


class Busy(Exception):  # noqa: N818 - it is a state of the lake, and no fault
    """Another compaction has this lake. The message says until when, where that is known."""


class Place(Protocol):
    """Everything is durable on return. Any call may raise the errors of what is behind it."""

    def alone(self) -> AbstractContextManager[None]:
        """No other compaction begins while the context lasts. Raises `Busy`."""
        ...

    def files(self, table: TableName) -> Iterable[File]:
        """Sealed files that nobody will write again."""
        ...

    def read(self, keys: Sequence[str]) -> Iterator[pa.Table]:
        """All rows of these files, in their order and with the columns they have, piece by piece."""
        ...

    def notes(self) -> Sequence[Replacement]:
        """What was begun and not finished."""
        ...

    def note(self, replacement: Replacement) -> None:
        """Write down what is about to be done."""
        ...

    def forget(self, replacement: Replacement) -> None:
        """Remove the note, and what is left of a new file that was never published."""
        ...

    def stage(self, replacement: Replacement, pieces: Iterable[pa.Table]) -> None:
        """Write the new file, of today's columns, where no reader sees it."""
        ...

    def switching(self) -> AbstractContextManager[None]:
        """Around `publish` and `remove`: a folder's readers are kept out. Raises `Busy` when no longer alone."""
        ...

    def publish(self, replacement: Replacement) -> None:
        """Give the new file, which was staged in this process, its key. It appears whole or not at all."""
        ...

    def published(self, replacement: Replacement) -> bool:
        """Whether the new file is in its place."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove those of the files that are there: none of them is, on return."""
        ...
