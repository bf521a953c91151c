"""A lock: each package's version, and the hashes of the files that it may be."""

import re
from collections.abc import Mapping
from pathlib import Path

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*==\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def read_lock(path: Path) -> Mapping[str, frozenset[str]]:
    """The SHA-256 sums that a lock file allows for each `name==version`."""
    return {pin: frozenset(_HASH.findall(rest)) for pin, rest in _PIN.findall(path.read_text("utf-8"))}
