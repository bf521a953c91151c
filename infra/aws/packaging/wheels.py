"""The wheels that a lock names: downloaded once by pip, which checks their hashes, and checked again at each use."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from infra.aws.packaging.locks import read_lock
from infra.aws.packaging.platforms import Platform
from infra.aws.packaging.workspace import BUILD, PackagingError, say


def wheels(lock: Path, platform: Platform) -> Sequence[Path]:
    """One for each pin of the lock, sorted by name. Needs no network once all are there. Raises `PackagingError`."""
    folder = BUILD / "wheels" / platform.name
    found, missing = _kept(lock, folder)
    if missing:
        _download(lock, platform, folder)
        found, missing = _kept(lock, folder)
    if missing:
        raise PackagingError(f"{folder} lacks {', '.join(missing)} after the download; remove the folder and try again")
    return sorted(found)


def _kept(lock: Path, folder: Path) -> tuple[Iterable[Path], Sequence[str]]:
    by_hash = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.glob("*.whl")}
    pins = read_lock(lock)
    found = {pin: by_hash[digest] for pin, hashes in pins.items() for digest in hashes & by_hash.keys()}
    return found.values(), sorted(pins.keys() - found.keys())


def _download(lock: Path, platform: Platform, folder: Path) -> None:
    say(f"downloading the wheels of {lock.name} for {platform.name}, once")
    options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", *platform.wheels)
    command = (sys.executable, "-m", "pip", "download", "--quiet", "-r", str(lock), "-d", str(folder), *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - nobody's input
    if done.returncode:
        raise PackagingError(f"pip could not download what {lock.name} names:\n{done.stderr.strip()}")
