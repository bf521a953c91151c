"""The notes of a lake in a folder: which file replaces which, from before it is written until the others are gone."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from transformer.lake.disk import remove_files, write_whole
from transformer.lake.layout import COMPACTION
from transformer.lake.place import Replacement

_ENDING = ".json"


def read_notes(lake: Path) -> Iterator[Replacement]:
    """Every note. Raises `msgspec.DecodeError` for a file that is not a note."""
    for path in sorted((lake / COMPACTION).glob(f"*{_ENDING}")):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # forgotten meanwhile
            continue
        yield msgspec.json.decode(content, type=Replacement)


def write_note(lake: Path, replacement: Replacement) -> None:
    """It is on disk on return."""
    content = msgspec.json.encode(replacement)
    write_whole(_path(lake, replacement), lambda file: file.write(content))


def remove_note(lake: Path, replacement: Replacement) -> None:
    """Whether or not it is there."""
    remove_files([_path(lake, replacement)])


def _path(lake: Path, replacement: Replacement) -> Path:
    return lake / COMPACTION / Path(replacement.new).with_suffix(_ENDING).name
