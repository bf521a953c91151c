"""Merges the small files of hours gone by: the same rows in fewer files. No row is lost, whatever dies when.

    files ─ plan ▶ replacements ─ note ▶ begun ─ stage ▶ written, unseen ─ publish ▶ in place ─ remove the old ─ forget

What a dead run has begun is finished from its notes by the next: where the new file is in its place the old ones go;
where it is not, they are the truth still, and are merged again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import PurePosixPath
from typing import TypeAlias

from transformer.lake.layout import ENDING, hour_of
from transformer.lake.parquet import of_today
from transformer.lake.place import File, Place, Replacement
from transformer.schema import TABLES, TableName

LARGE = 128 * 1024 * 1024  # bytes: what a question reads well in one go; merged files stay below

Follow: TypeAlias = Callable[[Sequence[Replacement]], Iterable[Replacement]]


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a run did. `finished`: replacements that a run before had begun."""

    old_files: int
    new_files: int
    finished: int


def compact(place: Place, closed_before: datetime, follow: Follow = iter) -> Compacted:
    """Merge every hour that ended by then. `follow` gives back what it is given, and may show how far that is.

    Raises `Busy`, `NewerFileError` and the place's errors. What was merged until then stays.
    """
    with place.alone():
        finished = finish(place)
        work = plan(place, closed_before)
        for replacement in follow(work):
            merge(place, replacement)
    return Compacted(sum(len(each.old) for each in work), len(work), finished)


def finish(place: Place) -> int:
    """Bring every replacement that was begun to one of its two ends. Returns how many there were."""
    begun = place.notes()
    for replacement in begun:
        with place.switching():
            if place.published(replacement):
                place.remove(replacement.old)
            place.forget(replacement)
    return len(begun)


def plan(place: Place, closed_before: datetime) -> list[Replacement]:
    """What there is to merge: of each table and closed hour the files that are not large, by names, as they fit."""
    end = f"{closed_before:%Y/%m/%d/%H}"  # hours are closed below the one in which that moment is
    replacements = []
    for table in TABLES.values():
        files = sorted(place.files(table.name), key=lambda file: file.key)
        for hour, of_hour in groupby(files, key=lambda file: hour_of(PurePosixPath(file.key))):
            if hour < end:
                replacements += [_replacement(table.name, hour, group) for group in _groups(of_hour)]
    return replacements


def merge(place: Place, replacement: Replacement) -> None:
    """Replace the old files by the new one."""
    place.note(replacement)
    place.stage(replacement, (of_today(rows, replacement.table) for rows in place.read(replacement.old)))
    with place.switching():
        place.publish(replacement)
        place.remove(replacement.old)
    place.forget(replacement)


def _groups(files: Iterable[File]) -> Iterator[list[File]]:
    """Files that make a new one of less than LARGE together, at least two each."""
    group: list[File] = []
    for file in files:
        if file.bytes >= LARGE:
            continue
        if sum(each.bytes for each in group) + file.bytes >= LARGE:
            if len(group) > 1:
                yield group
            group = []
        group.append(file)
    if len(group) > 1:
        yield group


def _replacement(table: TableName, hour: str, files: Sequence[File]) -> Replacement:
    """The new file's name says what it was made of: the same old files make the same new one."""
    keys = tuple(file.key for file in files)
    name = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]
    return Replacement(table, f"{table}/{hour}/merged-{name}{ENDING}", keys)
