"""What the analysts' questions cost: every report over a month of a million events, before and after compaction.

Processor times, as multiples of one count(*) of the same files in the same process: all that a question must do.
Bytes and files are those of the engine's own profile. On Athena the same bytes are charged: an estimate, as Firehose
compresses otherwise.
"""

import re
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from queries.catalogue.entries import Catalogue, Entry
from queries.catalogue.parameters import Value
from queries.engines.cost import us_dollars
from queries.engines.duckdb import DuckDbEngine
from tests.bench.figure import Figure
from tests.bench.month import DAYS, EVENTS, FIRST, build
from transformer.lake.compaction import compact
from transformer.lake.folder import Folder

ROUNDS = 3
KEPT = Path(__file__).with_name("questions.json")
FLOOR = "SELECT count(*) AS n FROM events WHERE hour >= :from_hour AND hour < :until_hour"
MONTH: Mapping[str, Value] = {
    "from_hour": f"{FIRST:%Y/%m/%d/%H}",
    "until_hour": f"{FIRST + timedelta(days=DAYS):%Y/%m/%d/%H}",
}
_READ = re.compile(r"Data Read:\s+([\d.]+) (\w+)")
_FILES = re.compile(r"Total Files Read: (\d+)")
_UNITS = {"bytes": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


class Cost(msgspec.Struct, frozen=True):
    """Of a report over the whole month, in one state of the lake."""

    cpu_ms: float
    times_floor: float
    megabytes: float
    files: int
    us_dollars: float


class Kept(msgspec.Struct, frozen=True):
    """What docs/questions-speed.md shows."""

    rounds: int
    reports: list["Measured"]


class Measured(msgspec.Struct, frozen=True):
    """Of a report; `scattered` is before compaction."""

    report: str
    scattered: Cost
    compacted: Cost


def figures() -> list[Figure]:
    """Few rows for the README; all of them go to docs/questions-speed.md."""
    with TemporaryDirectory() as folder:
        lake = build(Path(folder))
        scattered = _costs(lake)
        compact(Folder(lake, list), FIRST + timedelta(days=DAYS + 10))
        compacted = _costs(lake)
    measured = [Measured(name, scattered[name], compacted[name]) for name in scattered]
    if "--keep" in sys.argv:
        keep(measured)
    return _summary(measured)


def keep(measured: list[Measured]) -> None:
    """For the docs."""
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(Kept(ROUNDS, measured)), indent=2) + b"\n")


def _summary(measured: list[Measured]) -> list[Figure]:
    floor = statistics.median(each.compacted.times_floor for each in measured)
    time_left = statistics.median(each.compacted.cpu_ms / each.scattered.cpu_ms for each in measured)
    bytes_left = statistics.median(each.compacted.megabytes / each.scattered.megabytes for each in measured)
    dearest = max(each.compacted.us_dollars for each in measured)
    what = f"questions, {len(measured)} reports over {DAYS} days of {EVENTS / 1e6:.0f} million events"
    return [
        Figure(f"{what}, median CPU over count(*) of the same files", f"{floor:.1f} ×"),
        Figure(f"{what}, median CPU after compaction over before", f"{time_left:.2f} ×"),
        Figure(f"{what}, median bytes read after compaction over before", f"{bytes_left:.2f} ×"),
        Figure(f"{what}, the dearest on Athena, estimated", f"${dearest:.5f}"),
    ]


def _costs(lake: Path) -> dict[str, Cost]:
    engine = DuckDbEngine(lake)
    floor_ms = statistics.median(_profiled(engine, FLOOR, MONTH)[0] for _ in range(ROUNDS))
    reports = [entry for entry in Catalogue.shipped().entries.values() if entry.kind == "report"]
    return {entry.name: _cost(engine, entry, floor_ms) for entry in reports}


def _cost(engine: DuckDbEngine, entry: Entry, floor_ms: float) -> Cost:
    given = {**_defaults(entry), **_parameters(engine, entry)}
    rounds = [_profiled(engine, entry.sql, given) for _ in range(ROUNDS)]
    median_ms, plan = statistics.median(elapsed_ms for elapsed_ms, _ in rounds), rounds[0][1]
    number, unit = (_READ.search(plan) or sys.exit(f"the profile of {entry.name} tells no bytes")).groups()
    read = float(number) * _UNITS[unit]
    return Cost(
        cpu_ms=round(median_ms),
        times_floor=round(median_ms / floor_ms, 2),
        megabytes=round(read / 1000**2, 2),
        files=sum(map(int, _FILES.findall(plan))),
        us_dollars=us_dollars(round(read)),
    )


def _profiled(engine: DuckDbEngine, sql: str, given: Mapping[str, Value]) -> tuple[float, str]:
    """Milliseconds of processor time, and the engine's profile. Runs it."""
    started = time.process_time()
    plan = str(engine.query(f"EXPLAIN ANALYZE {sql}", given).rows)
    return (time.process_time() - started) * 1000, plan


def _parameters(engine: DuckDbEngine, entry: Entry) -> dict[str, Value]:
    """The month; for one message or address, one that there is."""
    hours = {each.name: MONTH[each.name] for each in entry.parameters if each.name in MONTH}
    needed = [each.name for each in entry.parameters if each.default is None]
    found = (
        "SELECT message_id, element_at(destination_address, 1) AS address FROM events WHERE channel = 'email' LIMIT 1"
    )
    ((message_id, address),) = engine.query(found).rows if needed else ((None, None),)
    return {**hours, **{name: str(message_id if name == "message_id" else address) for name in needed}}


def _defaults(entry: Entry) -> dict[str, Value]:
    return {each.name: each.read(each.default) for each in entry.parameters if each.default is not None}
