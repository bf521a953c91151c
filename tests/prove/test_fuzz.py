"""Whatever comes in by any door ends in an answer, a clear refusal or a rejected row, soon."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.prove.__main__ import FUZZED, outcome_of
from tests.prove.fuzzing import Door, doors, fuzzed

INPUTS = 150  # for each door in the gate; the same ones every time
EACH_S = float(os.environ.get("PARLEY_FUZZ_S", "120"))  # for each door in `make prove`


def test_every_door_bears_what_strangers_send(tmp_path: Path) -> None:
    with doors(tmp_path) as every:
        found = [str(finding) for door in every for finding in fuzzed(door, INPUTS)[1]]
    assert found == []


@pytest.mark.prove
@pytest.mark.parametrize("seed", [2, 3])
def test_every_door_bears_it_for_long(tmp_path: Path, seed: int) -> None:
    found: list[str] = []
    counts: dict[str, int] = {}
    with doors(tmp_path) as every:
        for door in every:
            tried, findings = fuzzed(door, 10**9, seed, EACH_S / 2)
            found += map(str, findings[:5])
            counts[door.name] = tried
            assert tried, door.name
    tell(counts)
    assert found == []


def tell(counts: dict[str, int]) -> None:
    """How many inputs each door has borne, for build/prove.json, beside those of another worker."""
    FUZZED.parent.mkdir(exist_ok=True)
    with FUZZED.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = json.loads(file.read() or "{}")
        file.truncate(0)
        file.write(json.dumps({name: count + before.get(name, 0) for name, count in counts.items()}))


def test_a_door_that_raises_what_it_does_not_promise_is_found() -> None:
    def enter(content: bytes) -> object:
        return content.decode()

    assert fuzzed(Door("careless", [b"hello"], enter), 200)[1]
    assert not fuzzed(Door("careful", [b"hello"], enter, (UnicodeDecodeError,)), 200)[1]


def test_what_came_of_a_run_is_counted() -> None:
    cases = {"good": "", "bad": "<failure/>", "broken": "<error/>", "left out": "<skipped/>"}
    told = "".join(f'<testcase classname="a" name="{name}">{inner}</testcase>' for name, inner in cases.items())
    report = f"<testsuites><testsuite>{told}</testsuite></testsuites>".encode()
    outcome = outcome_of(report, report)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)
    assert outcome.failures == ("a::bad", "a::broken")
