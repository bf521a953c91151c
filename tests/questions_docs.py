"""What docs/questions-speed.md shows, made of what was measured last."""

import msgspec

from tests.bench.questions import KEPT, Cost, Kept
from tests.docs import table


def speed() -> str:
    """Every report, the dearest first."""
    kept = msgspec.json.decode(KEPT.read_bytes(), type=Kept)
    costs = ("CPU ms", "× count(*)", "files", "MB read")
    states = (f"{cost}, {when} compaction" for when in ("before", "after") for cost in costs)
    header = ("report", *states, "on Athena, about")
    rows = [
        (f"`{each.report}`", *_cost(each.scattered), *_cost(each.compacted), f"${each.compacted.us_dollars:.6f}")
        for each in sorted(kept.reports, key=lambda each: (-each.compacted.megabytes, each.report))
    ]
    rounds = f"Rounds: {kept.rounds}, the median of which is shown."
    return f"{rounds}\n\n{table(header, rows)}"


def _cost(cost: Cost) -> tuple[str, ...]:
    return f"{cost.cpu_ms:,.0f}", f"{cost.times_floor:.1f}", f"{cost.files:,}", f"{cost.megabytes:,.1f}"
