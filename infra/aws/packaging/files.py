"""What an asset holds before it is compiled: the contents of files by their path in the zip."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from infra.aws.packaging.assets import Asset
from infra.aws.packaging.endpoints import ENDPOINTS, cut
from infra.aws.packaging.pruning import pruned
from infra.aws.packaging.workspace import PackagingError

Files: TypeAlias = Mapping[str, bytes]

_OURS = frozenset({".py", ".jinja", ".sql", ".json"})  # what is code or read by code


def ours(asset: Asset, root: Path) -> Files:
    """This repository's part, as it is on the disk below `root`."""
    found = {path.relative_to(root).as_posix(): path for path in _walk(root / each for each in asset.ours)}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(asset.never or ("//",))}


def theirs(asset: Asset, wheels: Iterable[Path]) -> Files:
    """The packages' part, pruned; botocore is one of them. Raises `PackagingError` where two have the same file."""
    files: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as opened:
            inside = {name: opened.read(name) for name in pruned(opened.namelist(), asset.services)}
        if twice := sorted(inside.keys() & files.keys()):
            raise PackagingError(f"{wheel.name} has files of another package: {', '.join(twice)}")
        files |= inside
    return {**files, ENDPOINTS: cut(files)}


def _walk(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if not place.exists():
            raise PackagingError(f"{place} is not there")
        inside = place.rglob("*") if place.is_dir() else [place]
        yield from (path for path in inside if path.suffix in _OURS)
