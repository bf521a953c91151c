"""`make bench`: every figure of the README, measured now; `--keep` writes them for the README's table."""

import importlib
import sys
from pathlib import Path

import msgspec

from tests.bench.figure import Figure

MODULES = ("answers", "hub", "imports", "lake", "questions", "sends", "transformer")
KEPT = Path(__file__).parent / "figures.json"


def main() -> None:
    """Measures, prints, and keeps what was asked to be kept."""
    measured: list[Figure] = []
    for module in MODULES:
        print(f"measuring {module} …", file=sys.stderr, flush=True)
        measured += importlib.import_module(f"tests.bench.{module}").figures()
    for figure in measured:
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        print(f"{figure.what:<68} {figure.measured:>12}  {figure.target:<10} {verdict}")
    if "--keep" in sys.argv:
        KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n")


if __name__ == "__main__":
    main()
