"""How long a process takes before it can work, against `import boto3` in the same interpreter.

Each import happens in a new interpreter; the files are in the page cache after the first, which does not count.
"""

import statistics
import subprocess
import sys

from tests.bench.figure import Figure

ROUNDS = 9
TIMED = "import time; started = time.perf_counter(); {code}; print(time.perf_counter() - started)"
CASES = {
    "import of the hub with its SMS channel": "import boto3, orchestrator.hub, orchestrator.channels.sms",
    "import of the transformer's handler": "import boto3, transformer.handler",
}


def figures() -> list[Figure]:
    """Ratios of medians."""
    boto3 = _seconds("import boto3")
    ratios = {what: _seconds(code) / boto3 for what, code in CASES.items()}
    return [
        Figure(f"{what}, over `import boto3`", f"{ratio:.2f} ×", "≤ 2 ×", met=ratio <= 2)
        for what, ratio in ratios.items()
    ]


def _seconds(code: str) -> float:
    return statistics.median([_once(code) for _ in range(ROUNDS + 1)][1:])


def _once(code: str) -> float:
    command = [sys.executable, "-c", TIMED.format(code=code)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
