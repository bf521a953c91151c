"""Compiles and zips: `press.py FILES ASSET`. Runs by itself in the Python that compiles, with its standard library.

FILES is a zip of an asset's files. ASSET becomes a zip of the same files and their bytecode, and depends on nothing
else: names sorted, all times and modes alike. The bytecode is never checked against its module: an asset does not
change, and a time of change would not survive Lambda's unpacking.
Sources: https://peps.python.org/pep-0552/, https://docs.python.org/3/library/py_compile.html
"""

import py_compile
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

TASK_ROOT = PurePosixPath("/var/task")  # where Lambda puts an asset; tracebacks name it
REGULAR_FILE = 0o100644 << 16
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of zip's time


def press(source: str, target: str) -> None:
    """Raises `py_compile.PyCompileError` for a module that does not compile."""
    with zipfile.ZipFile(source) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    files |= {
        cache_from_source(name, optimization=""): bytecode(name, content)
        for name, content in sorted(files.items())
        if name.endswith(".py")
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.external_attr = REGULAR_FILE
            entry.create_system = 3  # Unix, whatever this machine is
            made.writestr(entry, files[name], zipfile.ZIP_DEFLATED)


def bytecode(name: str, content: bytes) -> bytes:
    """The content of a module's .pyc file. `name` is its path in the asset, `content` its source."""
    with TemporaryDirectory() as scratch:
        module, compiled = Path(scratch, "module.py"), Path(scratch, "module.pyc")
        module.write_bytes(content)
        py_compile.compile(
            str(module),
            str(compiled),
            str(TASK_ROOT / name),
            doraise=True,
            optimize=0,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        return compiled.read_bytes()


if __name__ == "__main__":
    press(*sys.argv[1:])
