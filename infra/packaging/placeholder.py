"""A stand-in for an asset: templates are the same with it, but for hashes."""

import zipfile
from pathlib import Path


def placeholder(folder: Path) -> Path:
    """A zip that holds nothing to run."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "placeholder.zip"
    if not path.exists():
        with zipfile.ZipFile(path, "w") as empty:
            empty.writestr(zipfile.ZipInfo("placeholder.txt"), "Nothing was built: PARLEY_ASSETS=placeholder.\n")
    return path
