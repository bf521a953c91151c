"""Compiles with this interpreter, for itself."""

import os
import subprocess
import sys
from pathlib import Path

from infra.aws.packaging.workspace import PackagingError

SCRIPT = Path(__file__).with_name("press.py")


def press(files: Path, asset: Path) -> None:
    """Compile `files` and zip them into `asset`, with this Python. Raises `PackagingError`."""
    command = (sys.executable, "-I", str(SCRIPT), str(files), str(asset))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S603 - nobody's input
    if done.returncode:
        raise PackagingError(f"an asset could not be compiled:\n{done.stderr.strip()}")
