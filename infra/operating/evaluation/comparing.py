"""What a set of questions says about answerers: figures, and every difference."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from infra.operating.evaluation.asking import Reply, Spent
from infra.operating.evaluation.cases import Case
from infra.operating.evaluation.judging import Grounds, Outcome, is_grounded, outcome
from infra.operating.evaluation.sources import Sources
from orchestrator.model import Answer, Pass

FREE = frozenset({"documents"})  # answer without a model
_MILLION = 1_000_000


class Price(msgspec.Struct, frozen=True):
    """US dollars for a million tokens."""

    input: float
    output: float


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from asking to having the whole answer, or the pass."""

    median: float
    p95: float


class Judged(msgspec.Struct, frozen=True):
    """What became of a question. `grounded` is None for a pass, and where it cannot be told."""

    outcome: Outcome
    as_expected: bool
    answer: str
    sources: tuple[str, ...]
    why: str
    latency_ms: float
    grounded: bool | None
    failed: bool


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`n` is `right`, `wrong` and `passed` together.

    `rightly_passed` and `failed` are parts of `passed`: no answer was the right one, or a service did not answer.
    """

    answerers: tuple[str, ...]
    n: int
    right: int
    wrong: int
    passed: int
    rightly_passed: int
    failed: int
    cost: float | Literal["unknown"]  # US dollars, of all questions together
    latency_ms: Latency | None  # None without a question
    groundedness: float | None  # share of the answers of which it can be told; None where there is none

    @property
    def share_as_expected(self) -> float:
        """Right, or rightly passed."""
        return (self.right + self.rightly_passed) / self.n if self.n else 0.0


class Difference(msgspec.Struct, frozen=True):
    """A question on which the answerers differ from what is expected, or, with others to compare, from these."""

    row: int
    question: str
    expected: str  # "" where it should be passed
    change: Literal["better", "worse", "other", ""]  # "" without others
    answered: Judged
    against: Judged | None


class Evaluation(Figures, frozen=True, kw_only=True):
    """The whole result."""

    against: Figures | None
    differences: tuple[Difference, ...]

    @property
    def is_worse(self) -> bool:
        """Fewer questions as expected than the others have, or more wrong answers."""
        other = self.against
        return other is not None and (
            self.wrong > other.wrong or self.right + self.rightly_passed < other.right + other.rightly_passed
        )


class Run(msgspec.Struct, frozen=True):
    """Answerers, and what they replied to each case."""

    answerers: tuple[str, ...]
    replies: Sequence[Reply]


def evaluation(
    cases: Sequence[Case],
    run: Run,
    against: Run | None,
    prices: Mapping[str, Price],
    sources: Sources,
    grounds: Grounds = is_grounded,
) -> Evaluation:
    """`prices` are by the name of an answerer; without one, its cost is unknown, unless it needs no model."""
    ours = _judged(cases, run, sources, grounds)
    theirs = _judged(cases, against, sources, grounds) if against else None
    return Evaluation(
        **msgspec.structs.asdict(_figures(run, ours, prices)),
        against=_figures(against, theirs, prices) if against and theirs is not None else None,
        differences=tuple(_differences(cases, ours, theirs)),
    )


def _judged(cases: Sequence[Case], run: Run, sources: Sources, grounds: Grounds) -> list[Judged]:
    return [_judge(case, reply, sources, grounds) for case, reply in zip(cases, run.replies, strict=True)]


def _judge(case: Case, reply: Reply, sources: Sources, grounds: Grounds) -> Judged:
    said = reply.said
    found = outcome(case, said, sources)
    rightly_passed = found == "passed" and case.should_pass and not reply.failed
    return Judged(
        outcome=found,
        as_expected=found == "right" or rightly_passed,
        answer="" if isinstance(said, Pass) else said.text,
        sources=() if isinstance(said, Pass) else tuple(each.title or each.uri for each in said.citations),
        why=said.reason,
        latency_ms=round(reply.latency_ms, 1),
        grounded=grounds(said, sources) if isinstance(said, Answer) else None,
        failed=reply.failed,
    )


def _figures(run: Run, judged: Sequence[Judged], prices: Mapping[str, Price]) -> Figures:
    told = [each.grounded for each in judged if each.grounded is not None]
    return Figures(
        answerers=run.answerers,
        n=len(judged),
        right=sum(each.outcome == "right" for each in judged),
        wrong=sum(each.outcome == "wrong" for each in judged),
        passed=sum(each.outcome == "passed" for each in judged),
        rightly_passed=sum(each.outcome == "passed" and each.as_expected for each in judged),
        failed=sum(each.failed for each in judged),
        cost=_cost([spent for reply in run.replies for spent in reply.spent], prices),
        latency_ms=_latency([reply.latency_ms for reply in run.replies]),
        groundedness=round(sum(told) / len(told), 4) if told else None,
    )


def _cost(spent: Sequence[Spent], prices: Mapping[str, Price]) -> float | Literal["unknown"]:
    if any(each.answerer not in prices and each.answerer not in FREE for each in spent):
        return "unknown"
    paid = [(each, prices[each.answerer]) for each in spent if each.answerer in prices]
    dollars = sum(each.input_tokens * price.input + each.output_tokens * price.output for each, price in paid)
    return round(dollars / _MILLION, 6)


def _latency(milliseconds: Sequence[float]) -> Latency | None:
    """The 95th percentile is the smallest value that 95 of 100 do not exceed."""
    if not milliseconds:
        return None
    ordered = sorted(milliseconds)
    return Latency(round(statistics.median(ordered), 1), round(ordered[math.ceil(0.95 * len(ordered)) - 1], 1))


def _differences(cases: Sequence[Case], ours: Sequence[Judged], theirs: Sequence[Judged] | None) -> list[Difference]:
    if theirs is None:
        return [
            Difference(case.row, case.question, case.expectation, "", judged, None)
            for case, judged in zip(cases, ours, strict=True)
            if not judged.as_expected
        ]
    return [
        Difference(case.row, case.question, case.expectation, _change(judged, other), judged, other)
        for case, judged, other in zip(cases, ours, theirs, strict=True)
        if (judged.outcome, judged.as_expected) != (other.outcome, other.as_expected)
    ]


def _change(ours: Judged, theirs: Judged) -> Literal["better", "worse", "other"]:
    """A wrong answer is worse than a pass that should have been an answer."""
    ranks = _rank(ours), _rank(theirs)
    return "other" if ranks[0] == ranks[1] else "better" if ranks[0] > ranks[1] else "worse"


def _rank(judged: Judged) -> int:
    return 2 if judged.as_expected else 1 if judged.outcome == "passed" else 0
