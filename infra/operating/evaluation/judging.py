"""Whether an answer is right, and whether what it quotes stands in its sources. No model judges here: see judge.py.

Where all that is known is another answer, two answers are alike from an F1 of their words of one half on.
Source of the measure: https://arxiv.org/abs/1606.05250, section 6.1
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from infra.operating.evaluation.cases import Case
from infra.operating.evaluation.sources import Sources
from orchestrator.model import Answer, Pass

Outcome = Literal["right", "wrong", "passed"]
Grounds: TypeAlias = Callable[[Answer, Sources], bool | None]  # whether an answer rests on its sources; None: unknown
ALIKE = 0.5
_QUOTED = re.compile(r"[“\"«]([^“”\"«»]{1,2000})[”\"»]")
_LEAST_WORDS = 3  # of a quotation: fewer are a name, or a word that is meant otherwise
_WORD = re.compile(r"\w+")


def outcome(case: Case, said: Answer | Pass, sources: Sources) -> Outcome:
    """Where an answer was to be passed, any answer is wrong."""
    if isinstance(said, Pass):
        return "passed"
    if case.should_pass or not _cites_one(case.sources, said, sources):
        return "wrong"
    if not all(fact.casefold() in said.text.casefold() for fact in case.facts):
        return "wrong"
    only_reference = not (case.sources or case.facts)
    return "wrong" if only_reference and likeness(said.text, case.reference) < ALIKE else "right"


def likeness(text: str, other: str) -> float:
    """The F1 of the words of two texts, from 0 to 1."""
    ours, theirs = Counter(_words(text)), Counter(_words(other))
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0


def is_grounded(said: Answer, sources: Sources) -> bool | None:
    """Whether all that an answer quotes stands in its sources; None where that cannot be told.

    A citation's excerpt is looked up in the source, where its text is known here; what stands in quotation marks, in
    the sources and excerpts. An answer without a source has no ground.
    """
    if not said.citations:
        return False
    checks = list(_checks(said, sources))
    return all(checks) if checks else None


def _checks(said: Answer, sources: Sources) -> Iterator[bool]:
    grounds = list[str]()
    for citation in said.citations:
        source = sources.text(citation)
        if source is not None and citation.excerpt:
            yield _stands_in(citation.excerpt, source)
        grounds += [citation.excerpt, source or ""]
    for quotation in _QUOTED.findall(said.text):
        if len(_words(quotation)) >= _LEAST_WORDS:
            yield any(_stands_in(quotation, ground) for ground in grounds)


def _stands_in(quotation: str, source: str) -> bool:
    """Word by word, whatever is between them; an ellipsis leaves out what it likes."""
    whole = f" {' '.join(_words(source))} "
    return all(f" {' '.join(_words(part))} " in whole for part in re.split(r"…|\.\.\.", quotation) if _words(part))


def _cites_one(expected: tuple[str, ...], said: Answer, sources: Sources) -> bool:
    names = {name.casefold() for citation in said.citations for name in sources.names(citation)}
    return not expected or any(source.casefold() in names for source in expected)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
