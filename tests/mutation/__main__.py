"""Are changes of the code noticed? `make prove` tries a sample, `make prove MUTATE=orchestrator.hub` one module whole.

The sample is the same at every run and changes little with the code: a mutant is in it by a hash of the function it
changes and of the change. What was found goes to build/mutation.json; exit status 1 when less than 90 % was noticed.
A survivor that is accepted has its reason in survivors.toml; one that is not is a test to be written.
"""

import argparse
import dataclasses
import hashlib
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tests.mutation.candidates import Mutant
from tests.mutation.running import ROOT, UnpreparedError, Workshop, files_of
from tests.mutation.subjects import SUBJECTS, Subject

ENOUGH = 0.9
ACCEPTED = Path(__file__).with_name("survivors.toml")
RESULT = ROOT / "build/mutation.json"
SEED = "1"


class Survivor(msgspec.Struct, frozen=True):
    """A change that no test noticed; `reason` is "" while nobody has looked at it."""

    file: str
    line: int
    function: str
    change: str
    reason: str


class Found(msgspec.Struct, frozen=True):
    """Of one subject; `of` is how many mutants there are in all."""

    module: str
    of: int
    mutants: int
    noticed: int
    survivors: tuple[Survivor, ...]
    seconds: int


def main() -> int:
    """Tries, tells, and keeps what was found."""
    options = _options()
    subjects = dict(_narrowed(options.whole) if options.whole else SUBJECTS)
    subjects = {name: subject for name, subject in subjects.items() if name in (options.only or subjects)}
    ends_at = time.monotonic() + options.minutes * 60
    left = sum(subject.size for subject in subjects.values())
    found = []
    for name, subject in subjects.items():
        most_s = (ends_at - time.monotonic()) * subject.size / left
        left -= subject.size
        found.append(_tried(name, subject, most_s=most_s, size=None if options.whole else subject.size))
        _tell(found[-1])
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    noticed, mutants = sum(each.noticed for each in found), sum(each.mutants for each in found)
    print(f"{noticed} of {mutants} changes noticed: {noticed / max(1, mutants):.1%} (at least {ENOUGH:.0%})")
    return int(noticed < ENOUGH * mutants)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--whole", metavar="MODULE", help="every mutant of one module or package, by its dotted name")
    parser.add_argument("--only", metavar="SUBJECT", nargs="+", choices=SUBJECTS, help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--minutes", type=float, default=25, help="after which what is left is not tried (default 25)")
    return parser.parse_args()


def _narrowed(package: str) -> Mapping[str, Subject]:
    """The subject that a module belongs to, with only that module."""
    wanted = set(files_of(package))
    for name, subject in SUBJECTS.items():
        if wanted <= {file for each in subject.packages for file in files_of(each)}:
            return {name: dataclasses.replace(subject, packages=(package,))}
    raise SystemExit(f"{package} is part of no subject: see tests/mutation/subjects.py")


def _tried(name: str, subject: Subject, *, most_s: float, size: int | None) -> Found:
    started = time.monotonic()
    workshop = Workshop(name, subject, ROOT / "build/mutation")
    every = workshop.mutants()
    chosen = sorted(every, key=_place)[:size]
    noticed = workshop.run(chosen, most_s)
    reasons = _reasons()
    return Found(
        module=", ".join(subject.packages),
        of=len(every),
        mutants=len(noticed),
        noticed=sum(noticed.values()),
        survivors=tuple(_survivor(each, reasons) for each in chosen if noticed.get(each.name) is False),
        seconds=round(time.monotonic() - started),
    )


def _place(mutant: Mutant) -> bytes:
    """In the sample's order: by nothing that a move, or a change elsewhere, alters."""
    return hashlib.sha256(f"{SEED}\0{mutant.function}\0{mutant.change}".encode()).digest()


def _reasons() -> Mapping[tuple[str, str], str]:
    accepted = tomllib.loads(ACCEPTED.read_text())["accepted"]
    return {(each["function"], each["change"].strip()): each["reason"] for each in accepted}


def _survivor(mutant: Mutant, reasons: Mapping[tuple[str, str], str]) -> Survivor:
    reason = reasons.get((mutant.function, mutant.change), "")
    return Survivor(mutant.path.as_posix(), mutant.line, mutant.function, mutant.change, reason)


def _tell(found: Found) -> None:
    share = f"{found.noticed / max(1, found.mutants):.0%}"
    print(f"{found.module}: {found.noticed} of {found.mutants} noticed, {share} ({found.of} in all; {found.seconds} s)")
    for each in found.survivors:
        print(f"  {each.file}:{each.line} {each.function}{f': {each.reason}' * bool(each.reason)}")
        print("".join(f"      {line}\n" for line in each.change.splitlines()), end="", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UnpreparedError as error:
        sys.exit(str(error))
