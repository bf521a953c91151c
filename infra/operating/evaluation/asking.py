"""Questions put to answerers as the hub puts them: each answers or passes to the next. Several at once, not all."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from infra.operating.evaluation.cases import Case, asked
from orchestrator.answerers.answerer import Answerer
from orchestrator.errors import UpstreamError
from orchestrator.model import Answer, Pass


class Spent(msgspec.Struct, frozen=True):
    """What an answerer that was asked took of its model."""

    answerer: str
    input_tokens: int
    output_tokens: int


class Reply(msgspec.Struct, frozen=True):
    """`failed` where a service did not answer: the hub would ask it again later, and nobody else."""

    said: Answer | Pass
    latency_ms: float
    spent: tuple[Spent, ...]
    failed: bool = False


def ask_all(
    cases: Sequence[Case], answerers: Sequence[Answerer], at_once: int, on_answered: Callable[[], None]
) -> list[Reply]:
    """A reply to each case, in their order. Raises `ConfigurationError`; what is not yet begun is then given up."""

    def one(case: Case) -> Reply:
        reply = ask(case, answerers)
        on_answered()
        return reply

    pool = ThreadPoolExecutor(at_once)
    try:
        return list(pool.map(one, cases))
    finally:
        pool.shutdown(cancel_futures=True)


def ask(case: Case, answerers: Sequence[Answerer]) -> Reply:
    """Raises `ConfigurationError`."""
    question = asked(case.question, case.language)
    began = time.perf_counter()
    passed = Pass("nobody is asked")
    spent = list[Spent]()
    for answerer in answerers:
        try:
            said = answerer.answer(question)
        except UpstreamError as error:
            spent.append(Spent(answerer.name, 0, 0))
            return Reply(
                Pass(f"{answerer.name} failed: {error}"), _milliseconds_since(began), tuple(spent), failed=True
            )
        spent.append(Spent(answerer.name, said.input_tokens, said.output_tokens))
        if isinstance(said, Answer):
            return Reply(said, _milliseconds_since(began), tuple(spent))
        passed = said
    return Reply(passed, _milliseconds_since(began), tuple(spent))


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
