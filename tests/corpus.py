"""Real payloads that nobody on this project wrote. They are read where they lie and are no part of the repository."""

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("PARLEY_CORPUS") or Path(__file__).parents[1] / ".." / "shared" / "corpus")

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no corpus of real payloads at {CORPUS}; name one with PARLEY_CORPUS"
)


def files(*patterns: str) -> list[Path]:
    """The files below the corpus that match, in order; an empty list where there is no corpus."""
    return sorted({path for pattern in patterns for path in CORPUS.glob(pattern) if path.is_file()})
