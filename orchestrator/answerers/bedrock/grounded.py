"""A model that answers from passages: they go as data, and come back as the numbers that the answer names.

The prompt is `Prompts.grounded`. An answer that names no passage came from elsewhere, and is passed.
"""

import re
from collections.abc import Sequence

import msgspec

from orchestrator.answerers.bedrock.model import Model
from orchestrator.answerers.bedrock.outcome import spoken
from orchestrator.answerers.bedrock.prompts import Prompts
from orchestrator.model import Pass, Question

_MARK = re.compile(r" ?\[(\d+(?:, ?\d+)*)\]")  # as the prompt asks for: [1], [2, 3]


class Given(msgspec.Struct, frozen=True):
    """A passage as a model is given it."""

    title: str
    text: str


class Grounded(msgspec.Struct, frozen=True):
    """An answer without its marks, and the passages that it names: positions from 0, in its order, each once."""

    text: str
    named: tuple[int, ...]
    reason: str
    input_tokens: int
    output_tokens: int


def grounded(model: Model, prompts: Prompts, question: Question, passages: Sequence[Given], of: str) -> Grounded | Pass:
    """Ask the model. `of` says in the reason of a pass whose passages they are.

    Raises `UpstreamError` and `ConfigurationError`.
    """
    said = model.ask(prompts.grounded(question.channel, question.max_characters), question, _as_data(passages))
    reply = spoken(said)
    if isinstance(reply, Pass):
        return reply
    named = _named(reply.text, len(passages))
    if not named and said.stop_reason != "guardrail_intervened":
        return Pass(f"the model names no passage of {of}", said.input_tokens, said.output_tokens)
    text = _MARK.sub("", reply.text).strip()
    return Grounded(text, named, reply.reason, said.input_tokens, said.output_tokens)


def _as_data(passages: Sequence[Given]) -> str:
    """JSON: whatever a passage says, it cannot end the list and begin to speak for itself."""
    numbered = [
        {"passage": number, "title": passage.title, "text": passage.text}
        for number, passage in enumerate(passages, start=1)
    ]
    return msgspec.json.encode(numbered).decode()


def _named(text: str, passages: int) -> tuple[int, ...]:
    """Numbers of no passage are passed over."""
    numbers = [int(number) for mark in _MARK.findall(text) for number in mark.split(",")]
    return tuple(dict.fromkeys(number - 1 for number in numbers if 1 <= number <= passages))
