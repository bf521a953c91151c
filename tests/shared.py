"""What takes long and is only read afterwards: made once in a run of the tests, by the worker that needs it first.

The folder lives as long as the run, so that nothing in it is ever older than the code it was made by.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

_VARIABLE = "TESTS_SHARED_FOLDER"  # names the run's folder to its workers


@contextmanager
def of_this_run() -> Iterator[None]:
    """While it is open, this process and those that it starts share one folder, which goes with it."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="parley-tests-")
    try:
        yield
    finally:
        shutil.rmtree(os.environ.pop(_VARIABLE))
        if before is not None:
            os.environ[_VARIABLE] = before


def made_once(what: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills, for whoever asks for the same `what` in this run; nobody may change it.

    Others wait while it is made. What `make` raises is raised, and the next one to ask tries again.
    """
    place = _folder() / sha256(what.encode()).hexdigest()[:32]
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unfinished = Path(tempfile.mkdtemp(dir=_folder()))
            make(unfinished)
            unfinished.rename(place)
    return place


def _folder() -> Path:
    return Path(os.environ[_VARIABLE]) if _VARIABLE in os.environ else _of_this_process()


@cache
def _of_this_process() -> Path:
    """Outside of tests: for a command that reads templates as they do."""
    return Path(tempfile.mkdtemp(prefix="parley-tests-"))
