"""Learns how words and meaning weigh together: `python -m tests.bench.meaning_weights`.

Prints the weights of orchestrator/answerers/documents/nearest.py: a conditional logit, each passage of a folder and
"none of them" being the choices (https://en.wikipedia.org/wiki/Multinomial_logistic_regression). It learns from the
shop's questions and from tests/questions/tuned_on, each set counting alike; never from the sets beside that folder.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.meaning import SentenceEncoder
from orchestrator.answerers.documents.nearest import Evidence, Nearest
from tests.bench.answers import SAMPLES, SETS, BenchQuestion, asking, questions

ROUNDS = 3000
STEP = 0.05
PENALTY = 0.001  # on the square of each weight but that of "none": ridge
NAMES = ("OF_COVERAGE", "OF_READING", "OF_WHOLE", "OF_HEADING", "OF_SAME_LANGUAGE", "NONE")

Numbers = NDArray[np.float64]


class Choice(msgspec.Struct, frozen=True):
    """A question: what speaks for each passage (a row each), and which of them answer it."""

    evidence: Numbers
    right: NDArray[np.bool_]


def main() -> None:
    weights = learned(list(_sets(SentenceEncoder())))
    print(*(f"{name} = {weight:.2f}" for name, weight in zip(NAMES, weights, strict=True)), sep="\n")


def _sets(encoder: SentenceEncoder) -> Iterator[list[Choice]]:
    shop = questions()
    yield _choices(encoder, SAMPLES, [each for each in shop if not each.held_out])
    for folder in sorted((SETS / "tuned_on").iterdir()):
        if folder.is_dir():
            yield _choices(encoder, folder / "documents", questions(folder / "questions.json"))


def _choices(encoder: SentenceEncoder, documents: Path, asked: Sequence[BenchQuestion]) -> list[Choice]:
    with tempfile.TemporaryDirectory() as folder:
        index = DocumentIndex(Path(folder) / "documents.sqlite", encoder)
        index.add([documents])
        nearest = Nearest(index)
        found = ((each, nearest.evidence(asking(each))) for each in asked)
        return [
            Choice(
                np.array([one.numbers(each.language) for one in evidence]),
                np.array([_answers(one, each) for one in evidence]),
            )
            for each, evidence in found
            if evidence
        ]


def _answers(evidence: Evidence, asked: BenchQuestion) -> bool:
    match = evidence.match
    return asked.expected_document == (match.uri or match.name) and all(
        words.casefold() in match.text.casefold() for words in asked.must_contain
    )


def learned(sets: Sequence[Sequence[Choice]]) -> Numbers:
    """Adam, on the likelihood of the right choices."""
    weights, slope, square = (np.zeros(len(NAMES)) for _ in range(3))
    for turn in range(1, ROUNDS + 1):
        gradient = PENALTY * np.append(weights[:-1], 0.0)
        for choices in sets:
            gradient += sum((_gradient(each, weights) for each in choices), np.zeros(len(NAMES))) / (
                len(choices) * len(sets)
            )
        slope = 0.9 * slope + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        weights -= STEP * (slope / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.999**turn)) + 1e-8)
    return weights


def _gradient(choice: Choice, weights: Numbers) -> Numbers:
    """Of the negated logarithm of the chance that one of the right passages, or rightly none, is chosen."""
    odds = np.exp(np.append(choice.evidence @ weights[:-1], weights[-1]))
    right = np.append(choice.right, not choice.right.any())
    surplus = odds / odds.sum() - odds * right / (odds * right).sum()
    gradient: Numbers = np.append(surplus[:-1] @ choice.evidence, surplus[-1])
    return gradient


if __name__ == "__main__":
    main()
