"""The Lambda functions' code as zips: without Docker, from wheels that a lock names by hash, the same bits each time.

    lock ─ wheels ▶ packages ─┐
    our own folders ──────────┴─ pruned ▶ files ─ pinned Python ▶ bytecode beside them, zipped

`asset("hub")` gives the zip, built when something that goes into it has changed. `python -m infra.packaging` builds all
and tells their sizes. Why so: docs/decisions/0015-assets-without-docker.md.
"""

import os
from pathlib import Path

from infra.packaging.assets import ASSETS, AssetName
from infra.packaging.building import build
from infra.packaging.placeholder import placeholder
from infra.packaging.platforms import LAMBDA, Platform
from infra.packaging.workspace import BUILD

__all__ = ["ASSETS", "LAMBDA", "AssetName", "Platform", "asset"]


def asset(name: AssetName, platform: Platform = LAMBDA, folder: Path = BUILD) -> Path:
    """The zip of an asset, in `folder`/assets; its file name carries the hash of its content.

    Raises `PackagingError`. With `PARLEY_ASSETS=placeholder` in the environment it is a zip with nothing to run in it,
    for tests that look at templates only.
    """
    if os.environ.get("PARLEY_ASSETS") == "placeholder":
        return placeholder(folder)
    return build(ASSETS[name], platform, folder)
