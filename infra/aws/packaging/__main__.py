"""`python -m infra.aws.packaging`: builds every asset, tells its weight, what weighs most in it, and its hash."""

import hashlib
import sys
import zipfile
from collections import Counter
from pathlib import Path

from infra.aws.packaging import ASSETS, asset

MB = 1e6


def main() -> None:
    """Prints a table: megabytes zipped and unzipped, the five heaviest packages (zipped), SHA-256."""
    row = "{:<12} {:>6} {:>8}  {:<82} {}\n".format
    sys.stdout.write(row("asset", "zip MB", "files MB", "most of it, in MB of the zip", "SHA-256"))
    for name in ASSETS:
        path = asset(name)
        zipped, unzipped, heaviest = weights(path)
        most = ", ".join(f"{package} {size / MB:.2f}" for package, size in heaviest.most_common(5))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(row(name, f"{zipped / MB:.2f}", f"{unzipped / MB:.2f}", most, digest))


def weights(path: Path) -> tuple[int, int, Counter[str]]:
    """Bytes zipped, bytes unzipped, and bytes zipped by folder or file at the top."""
    with zipfile.ZipFile(path) as opened:
        entries = opened.infolist()
    heaviest: Counter[str] = Counter()
    for entry in entries:
        heaviest[entry.filename.partition("/")[0]] += entry.compress_size
    return path.stat().st_size, sum(entry.file_size for entry in entries), heaviest


if __name__ == "__main__":
    main()
