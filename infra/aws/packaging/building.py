"""Builds an asset, unless it is built already."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.aws.packaging.assets import Asset
from infra.aws.packaging.files import Files, ours, theirs
from infra.aws.packaging.platforms import Platform
from infra.aws.packaging.wheels import wheels
from infra.aws.packaging.workspace import ROOT, alone, say

KEPT = 2  # builds of an asset, beside the newest


def build(asset: Asset, platform: Platform, folder: Path, root: Path = ROOT) -> Path:
    """The zip in `folder`/assets, made of the repository at `root`. Raises `PackagingError`."""
    own = ours(asset, root)
    lock = root / asset.lock
    place = folder / "assets" / platform.name / asset.name / _fingerprint(asset, platform, own, lock)
    with alone():
        if built := next(place.glob("*.zip"), None):
            return built
        say(f"building {asset.name} for {platform.name}")
        packages = theirs(asset, wheels(lock, platform))
        _forget_old(place.parent)
        return _press(asset, platform, {**packages, **own}, place)


def _forget_old(place: Path) -> None:
    """The last builds stay, as somebody may be reading them."""
    builds = sorted(place.glob("*"), key=lambda build: build.stat().st_mtime)
    for build in builds[:-KEPT]:
        shutil.rmtree(build)


def _press(asset: Asset, platform: Platform, files: Files, place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place) as scratch:
        loose, pressed = Path(scratch) / "files", Path(scratch) / "asset"
        with zipfile.ZipFile(loose, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        platform.press(loose, pressed)
        digest = hashlib.sha256(pressed.read_bytes()).hexdigest()
        return pressed.rename(place / f"{asset.name}-{digest[:16]}.zip")


def _fingerprint(asset: Asset, platform: Platform, own: Files, lock: Path) -> str:
    """Of all that decides what the zip holds: our files, the lock, and how they are put together."""
    digest = hashlib.sha256(" ".join((asset.name, platform.name, *sorted(asset.services))).encode())
    for part in (lock.read_bytes(), *_parts(own), *_parts(_recipe())):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


def _parts(files: Files) -> Iterator[bytes]:
    for name in sorted(files):
        yield from (name.encode(), files[name])


def _recipe() -> Files:
    here = Path(__file__).parent
    kept = [path for path in here.rglob("*") if path.suffix in {".py", ".mjs", ".json"}]
    return {path.relative_to(here).as_posix(): path.read_bytes() for path in kept}
