"""The Lambda assets as files: small, the same bits each time, built again only when something has changed.

The first run downloads wheels and the Python that compiles; with them a build takes seconds, and a second run none.
"""

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from infra.aws.packaging import ASSETS, HERE, LAMBDA, PackagingError, Platform, asset, wheels
from infra.aws.packaging.building import build
from infra.aws.packaging.locks import read_lock
from infra.aws.packaging.workspace import ROOT

SMALL = 10_000_000  # bytes
# Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Deployment package (.zip)"
UNZIPPED = 250 * 1024 * 1024
# Source: https://github.com/python/cpython/blob/3.13/Include/internal/pycore_magic_number.h
OF_PYTHON_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
UNCHECKED = (0b01).to_bytes(4, "little")  # PEP 552: by the module's hash, which nobody compares

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

# Not compaction's, which takes half a minute to build: it is tried as built for this machine, as its contents are.
each_asset = pytest.mark.parametrize("name", sorted(ASSETS.keys() - {"compaction"}))


@each_asset
def test_an_asset_has_at_most_10_mb(name: str) -> None:
    assert asset(name).stat().st_size <= SMALL


def test_the_asset_with_arrow_fits_into_lambda() -> None:
    with zipfile.ZipFile(asset("compaction", HERE)) as opened:
        assert sum(entry.file_size for entry in opened.infolist()) <= UNZIPPED


@each_asset
def test_a_zip_tells_nothing_of_the_machine_that_made_it(name: str) -> None:
    with zipfile.ZipFile(asset(name)) as opened:
        entries = opened.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.external_attr) for entry in entries} == {(3, 0o100644 << 16)}


@each_asset
def test_every_module_has_bytecode_that_lambda_takes_as_it_is(name: str) -> None:
    with zipfile.ZipFile(asset(name)) as opened:
        modules = [each for each in opened.namelist() if each.endswith(".py")]
        for module in modules:
            folder, _, file = module.rpartition("/")
            compiled = f"{folder}/__pycache__/{file[:-3]}.cpython-313.pyc".removeprefix("/")
            assert opened.read(compiled)[:8] == OF_PYTHON_3_13 + UNCHECKED, module
    assert modules


def test_two_builds_in_two_places_are_the_same_bits(tmp_path: Path) -> None:
    one = _copy(tmp_path / "one", umask=0o022, backwards=False)
    other = _copy(tmp_path / "a longer name" / "other", umask=0o077, backwards=True)
    built = {build(ASSETS["deploying"], LAMBDA, place, root=place) for place in (one, other)}
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in {*built, asset("deploying")}}
    assert len(built) == 2
    assert len(digests) == 1
    assert {path.name for path in built} == {f"deploying-{digests.pop()[:16]}.zip"}


def test_a_zip_is_made_again_only_when_something_in_it_has_changed(tmp_path: Path) -> None:
    place = _copy(tmp_path, umask=0o022, backwards=False)
    made: list[Path] = []

    def press(files: Path, target: Path) -> None:
        made.append(target)
        shutil.copy(files, target)

    platform = Platform(LAMBDA.name, LAMBDA.wheels, press)
    first = build(ASSETS["deploying"], platform, place, root=place)
    assert build(ASSETS["deploying"], platform, place, root=place) == first
    assert len(made) == 1
    with (place / "infra" / "aws" / "custom" / "__init__.py").open("a") as module:
        module.write("# changed\n")
    assert build(ASSETS["deploying"], platform, place, root=place) != first
    assert len(made) == 2


def test_a_module_that_does_not_compile_makes_no_zip(tmp_path: Path) -> None:
    place = _copy(tmp_path, umask=0o022, backwards=False)
    (place / "infra" / "aws" / "custom" / "broken.py").write_text("def broken(:\n")
    with pytest.raises(PackagingError, match=r"/var/task/infra/aws/custom/broken\.py"):
        build(ASSETS["deploying"], LAMBDA, place, root=place)
    assert not list(place.rglob("*.zip"))


def test_a_wheel_that_the_lock_does_not_know_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"six==1.17.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(wheels, "BUILD", tmp_path)
    monkeypatch.setattr(wheels, "_download", lambda *_: None)
    folder = tmp_path / "wheels" / LAMBDA.name
    folder.mkdir(parents=True)
    (folder / "six-1.17.0-py2.py3-none-any.whl").write_bytes(b"another's")
    with pytest.raises(PackagingError, match=r"lacks six==1\.17\.0"):
        wheels.wheels(lock, LAMBDA)


def test_every_lock_pins_the_same_versions() -> None:
    locks = {path.name: read_lock(path) for path in ROOT.glob("requirements-*.txt")}
    assert {each.lock for each in ASSETS.values()} < locks.keys()
    for each in ASSETS.values():
        assert locks[each.lock].keys() <= locks["requirements-dev.txt"].keys()


def test_no_lock_names_a_host() -> None:
    for path in (*ROOT.glob("requirements-*.txt"), *(ROOT / "infra" / "aws" / "packaging").rglob("package-lock.json")):
        assert "://" not in path.read_text(), path


def test_the_compiler_is_pinned_by_hash() -> None:
    lock = json.loads((ROOT / "infra" / "aws" / "packaging" / "compiler" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert re.fullmatch(r"0\.29\.\d+", packages["node_modules/pyodide"]["version"])
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())


def _copy(place: Path, *, umask: int, backwards: bool) -> Path:
    """What `deploying` is made of, written by somebody else, in another order and at another time."""
    parts = sorted(path for name in ASSETS["deploying"].ours for path in _files(ROOT / name))
    before = os.umask(umask)
    try:
        for number, path in enumerate(sorted([*parts, ROOT / ASSETS["deploying"].lock], reverse=backwards)):
            target = place / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, (1_000_000_000 + number, 1_000_000_000 + number))
    finally:
        os.umask(before)
    return place


def _files(place: Path) -> list[Path]:
    return list(place.rglob("*.py")) if place.is_dir() else [place]
