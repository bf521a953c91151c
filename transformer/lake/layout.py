"""Where the embedded lake's files are.

    lake/<table>/yyyy/MM/dd/HH/<batch>.parquet           sealed: complete, never changed; what other tools may read
    lake/<table>/yyyy/MM/dd/HH/merged-<id>.parquet       the same, in the place of several that compaction removed
    lake/.open/<table>/yyyy/MM/dd/HH/<batch>.parquet     of the open batch: replaced whole whenever rows join it
    lake/.lock                                           held by the process that writes
    lake/.compaction/<id>.json                           which files a merged one replaces, until they are gone
    lake/.compaction/lock                                held by the process that compacts

The folder is the hour of arrival, UTC. A reader that opens a file more than once, as DuckDB does, must not be given one
that may be replaced in between. So it takes the rows of open files first, in one opening each, and then the sealed
files but for those of the same names: a batch that is sealed meanwhile is counted once. It does so within
`reading.reading`, which keeps compaction from removing files under its hands.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from glob import iglob
from pathlib import Path, PurePath

from transformer.schema import TableName

LOCK = ".lock"
OPEN = ".open"
COMPACTION = ".compaction"
HOURS = "*/*/*/*"  # below a table's folder
ENDING = ".parquet"


def partition(table: TableName, arrived_at: datetime) -> Path:
    """The folder of a table's rows that arrived then, below the lake's or below .open."""
    return Path(table) / arrived_at.astimezone(UTC).strftime("%Y/%m/%d/%H")


def hour_of(path: PurePath) -> str:
    """The partition of a file: yyyy/MM/dd/HH."""
    return "/".join(path.parts[-5:-1])


def open_files(lake: Path, table: TableName) -> Iterator[Path]:
    """The files of a table that may be replaced, or be sealed and gone with their folder, at any moment."""
    folder = lake / OPEN / table
    # pathlib's raises for a folder that goes while it looks
    return (folder / found for found in iglob(f"{HOURS}/*{ENDING}", root_dir=folder))  # noqa: PTH207


def sealed_name(lake: Path, open_file: Path) -> Path:
    """Where an open file will be when it is sealed."""
    return lake / open_file.relative_to(lake / OPEN)
