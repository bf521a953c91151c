"""Where packaging reads and writes, who may write, and how it says what it does."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"


class PackagingError(Exception):
    """An asset could not be built. The message says what to do."""


@contextmanager
def alone() -> Iterator[None]:
    """While no other process downloads or builds."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".packaging").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(what: str) -> None:
    """Progress, on stderr: the first build takes a while."""
    sys.stderr.write(f"packaging: {what}\n")
    sys.stderr.flush()
