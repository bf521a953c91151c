"""`make prove`: everything the gate has no time for, what SECURITY.md names, and build/prove.json, what it came to.

    {"passed": 812, "failed": 0, "skipped": 3, "failures": ["tests/…::test_…"],
     "timed": [{"function", "ratio_4n", …}], "worst": [{"input", "cpu_ms", "peak_mb"}], "fuzzed": {door: inputs}}

Exit status 1 where a test has failed.
"""

import importlib
import importlib.util
import re
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
NAMED = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")  # in SECURITY.md
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
    FUZZED.unlink(missing_ok=True)
    named = NAMED.findall((ROOT / "SECURITY.md").read_text("utf-8"))
    long, long_status = _tested("-m", "prove or hypothesis", *sys.argv[1:])
    threats, threats_status = _tested("-m", "prove or not prove", *dict.fromkeys(named))
    status = long_status or threats_status
    outcome = outcome_of(long, threats)
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


def _tested(*arguments: str) -> tuple[bytes, int]:
    """pytest's report in JUnit's form, and its exit status."""
    _REPORT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={_REPORT}", *arguments]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    return _REPORT.read_bytes(), status


def outcome_of(*reports: bytes) -> Outcome:
    """What reports in JUnit's form say; a test that is in several counts once, as the last one tells.

    Source: https://docs.pytest.org/en/stable/how-to/output.html
    """
    found = (case for report in reports for case in ET.fromstring(report).iter("testcase"))  # noqa: S314 - our own runs
    cases = {(each.get("classname"), each.get("name")): each for each in found}.values()
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
