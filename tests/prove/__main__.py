"""`make prove`: everything the gate has no time for, and build/prove.json, what it came to.

    {"passed": 812, "failed": 0, "skipped": 3, "failures": ["tests/…::test_…"],
     "timed": [{"function", "ratio_4n", …}], "worst": [{"input", "cpu_ms", "peak_mb"}], "fuzzed": {door: inputs}}

Exit status 1 where a test has failed.
"""

import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast
from xml.etree import ElementTree as ET

import msgspec

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
RESULT = BUILD / "prove.json"
FUZZED = BUILD / "prove-fuzzed.json"  # written by test_fuzz.py
_REPORT = BUILD / "prove-tests.xml"
_TIMING = "tests.prove.timing"


class Timing(Protocol):
    """The measurements of functions that take customers' words."""

    def timed(self) -> Sequence[Mapping[str, object]]: ...

    def worst(self) -> Sequence[Mapping[str, object]]: ...


class Outcome(msgspec.Struct, frozen=True):
    """Of the tests."""

    passed: int
    failed: int
    skipped: int
    failures: tuple[str, ...]


def main() -> int:
    """Runs the tests, measures, writes the file and says its totals."""
    BUILD.mkdir(exist_ok=True)
    _REPORT.unlink(missing_ok=True)
    FUZZED.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", "prove or hypothesis", f"--junitxml={_REPORT}", *sys.argv[1:]]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    outcome = outcome_of(_REPORT.read_bytes())
    timing = _timing()
    found = {
        **msgspec.structs.asdict(outcome),
        "timed": timing.timed() if timing else [],
        "worst": timing.worst() if timing else [],
        "fuzzed": msgspec.json.decode(FUZZED.read_bytes()) if FUZZED.exists() else {},
    }
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    print(f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped: {RESULT.relative_to(ROOT)}")
    return 1 if status or outcome.failed else 0


def outcome_of(report: bytes) -> Outcome:
    """What pytest's report in JUnit's form says. Source: https://docs.pytest.org/en/stable/how-to/output.html"""
    cases = list(ET.fromstring(report).iter("testcase"))  # noqa: S314 - of our own run
    bad = [each for each in cases if each.find("failure") is not None or each.find("error") is not None]
    skipped = [each for each in cases if each.find("skipped") is not None]
    names = tuple(f"{each.get('classname')}::{each.get('name')}" for each in bad)
    return Outcome(len(cases) - len(bad) - len(skipped), len(bad), len(skipped), names)


def _timing() -> Timing | None:
    if not importlib.util.find_spec(_TIMING):
        return None
    return cast(Timing, importlib.import_module(_TIMING))


if __name__ == "__main__":
    sys.exit(main())
