"""What is on disk when a call returns, whatever happens to the machine then. Every function raises `OSError`.

A file appears whole or not at all: it is written beside its place under the ending .tmp, which no reader takes, brought
to disk and renamed.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".tmp"


def write_aside(path: Path, write: Callable[[BinaryIO], object]) -> Path:
    """Let `write` fill a file beside `path`, and bring it to disk. Returns where it is, to be moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(UNFINISHED)
    with unfinished.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    return unfinished


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file that then has its name."""
    move_file(write_aside(path, write), path)


def move_file(source: Path, target: Path) -> None:
    """Rename, in place of what may be there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    _sync_folder(target.parent)


def remove_files(paths: Iterable[Path]) -> None:
    """Remove those of them that are there."""
    folders = set()
    for path in paths:
        path.unlink(missing_ok=True)
        folders.add(path.parent)
    for folder in folders:
        if folder.exists():
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """A rename or a removal is on disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
