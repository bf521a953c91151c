"""What the lake costs: bytes, merging, flushing.

The events are the mixed batch of the transformer's figures with ids at random, as real ones are: what repeats only
because it was counted would compress too well.
"""

import base64
import io
import random
import re
import shutil
import sqlite3
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench.figure import Figure
from tests.bench.transformer import batch
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder
from transformer.lake.journal import SqliteJournal
from transformer.lake.lake import LakeWriter
from transformer.lake.layout import partition
from transformer.lake.parquet import to_arrow, write_file
from transformer.pipeline import transform

ARRIVED = datetime(2026, 3, 1, 10, tzinfo=UTC)
EVENTS = 3_000
FILES, ROWS = 60, 50  # of an hour; of a file
HOURS = 24
FLUSHED, ROUNDS = 100, 9
# Of Firehose's ParquetSerDe (botocore's model), which compresses with SNAPPY, its default, or GZIP; pages of 1 MiB and
# writer version V1 are its defaults too.
FIREHOSE: dict[str, Any] = {"use_dictionary": True, "data_page_size": 1 << 20, "data_page_version": "1.0"}

_ID = re.compile(rb"[0-9a-f]{16,}|(?<=-)[0-9a-f]{12}\b")


def records(count: int) -> list[bytes]:
    """As the providers send them."""
    chance = random.Random(count)
    found = []
    for record in batch(count):
        ids: dict[bytes, bytes] = {}  # one that repeats within an event still does
        body = base64.b64decode(record["data"])
        for counted in _ID.findall(body):
            ids.setdefault(counted, b"%0*x" % (len(counted), chance.getrandbits(4 * len(counted))))
        found.append(_ID.sub(lambda match, ids=ids: ids[match[0]], body))  # type: ignore[misc]
    return found


def rows(bodies: Sequence[bytes]) -> pa.Table:
    """Their rows of `events`; there are no others."""
    results = [result for body in bodies for result in transform(body, ARRIVED)]
    return to_arrow("events", [result.values for result in results])


def figures() -> list[Figure]:
    """Sizes as shares of the raw JSON; CPU time of one compaction, and of flushes, the median of several."""
    bodies = records(EVENTS)
    return [*_sizes(bodies), _compaction(rows(bodies[: FILES * ROWS])), *_flushes(bodies)]


def _sizes(bodies: Sequence[bytes]) -> list[Figure]:
    raw, table = sum(map(len, bodies)), rows(bodies)

    def share(compression: str) -> float:
        content = io.BytesIO()
        pq.write_table(table, content, compression=compression, **FIREHOSE)
        return content.tell() / raw

    what = f"lake, Parquet over raw JSON, {EVENTS:,} mixed events a file"
    small, fast = share("gzip"), share("snappy")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        write_file(path, [table])
        ours = path.stat().st_size / raw
    return [
        Figure(f"{what}, Firehose with GZIP", f"{small:.2f} ×", "≤ 0.2 ×", met=small <= 0.2),
        Figure(f"{what}, Firehose with SNAPPY", f"{fast:.2f} ×"),
        Figure(f"{what}, on one machine (zstd)", f"{ours:.2f} ×", "≤ 0.2 ×", met=ours <= 0.2),
    ]


def _compaction(table: pa.Table) -> Figure:
    """A month takes as long thirty times: hours are merged one by one."""
    with TemporaryDirectory() as folder:
        lake = Path(folder)
        first = lake / partition("events", ARRIVED)
        for number in range(FILES):
            write_file(first / f"{number:02}.parquet", [table.slice(number * ROWS, ROWS)])
        for hours in range(1, HOURS):
            shutil.copytree(first, lake / partition("events", ARRIVED + timedelta(hours=hours)))
        started = time.process_time()
        compact(Folder(lake, list), ARRIVED + timedelta(days=2))
        seconds = time.process_time() - started
    what = f"lake, compaction of one day of 30 × {HOURS} hours × {FILES} files of {ROWS} rows, CPU"
    return Figure(what, f"{seconds:.1f} s")


def _flushes(bodies: Sequence[bytes]) -> list[Figure]:
    empty = statistics.median(_flush([], bodies[:FLUSHED]) for _ in range(ROUNDS))
    full = statistics.median(_flush(bodies[FLUSHED:], bodies[:FLUSHED]) for _ in range(ROUNDS))
    what = f"lake, flush of {FLUSHED} records with their transformation, CPU"
    return [
        Figure(f"{what}, into a new file", f"{empty:.0f} ms"),
        Figure(f"{what}, into a file of {EVENTS - FLUSHED:,}", f"{full:.0f} ms"),
    ]


def _flush(before: Sequence[bytes], new: Sequence[bytes]) -> float:
    """Milliseconds, after `before` was flushed."""
    with TemporaryDirectory() as folder:
        connect = partial(sqlite3.connect, Path(folder) / "journal.db")
        writer = LakeWriter(Path(folder) / "lake", SqliteJournal(connect), transform, lambda: ARRIVED)
        _insert(connect(), before)
        writer.flush()
        _insert(connect(), new)
        started = time.process_time()
        writer.flush()
        elapsed = time.process_time() - started
        writer.close()
    return elapsed * 1000


def _insert(connection: sqlite3.Connection, bodies: Sequence[bytes]) -> None:
    with connection:
        values = [(ARRIVED.timestamp(), body) for body in bodies]
        connection.executemany("INSERT INTO journal (arrived_at, body) VALUES (?, ?)", values)
    connection.close()
