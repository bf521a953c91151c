"""The Lambda functions' code as zips: without Docker, from wheels that a lock names by hash, the same bits each time.

    lock ─ wheels ▶ packages ─┐
    our own folders ──────────┴─ pruned ▶ files ─ pinned Python ▶ bytecode beside them, zipped

`asset("hub")` gives the zip, built when something that goes into it has changed. `python -m infra.aws.packaging` builds
all and tells their sizes. Why so: docs/decisions/0015-assets-without-docker.md.
"""

from pathlib import Path

from infra.aws.packaging.assets import ASSETS, Asset
from infra.aws.packaging.building import build
from infra.aws.packaging.platforms import HERE, LAMBDA, Platform
from infra.aws.packaging.workspace import BUILD, PackagingError

__all__ = ["ASSETS", "HERE", "LAMBDA", "Asset", "PackagingError", "Platform", "asset"]


def asset(name: str, platform: Platform = LAMBDA) -> Path:
    """The zip of one of `ASSETS`, in build/assets; its file name carries the hash of its content.

    Raises `PackagingError`, `KeyError` for a name that no asset has.
    """
    return build(ASSETS[name], platform, BUILD)
