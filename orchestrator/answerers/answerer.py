"""The port every answerer fills."""

from typing import Protocol

from orchestrator.model import Answer, Pass, Question


class Answerer(Protocol):
    """Answers, or passes to the next.

    Raises `UpstreamError` when asking again later may help and `ConfigurationError` when only the operator can help.
    """

    name: str  # the `source` of its answers, and its name in PARLEY_ANSWERERS

    def answer(self, question: Question) -> Answer | Pass: ...
