"""What to make of a model's reply, by the reason for which it stopped.

Reasons: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, `stopReason`.
"""

import re

import msgspec

from orchestrator.answerers.bedrock.prompts import NO_ANSWER
from orchestrator.model import Pass

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]*_]*(?=\s|$)|\S(?=\n)")  # or a list's item
_CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded", "content_filtered"})


class Said(msgspec.Struct, frozen=True):
    """A model's reply: its words ("" when there are none) and why there are no more."""

    text: str
    stop_reason: str
    input_tokens: int = 0
    output_tokens: int = 0


class Spoken(msgspec.Struct, frozen=True):
    """Words for the customer. `reason` is for the record: "" for a reply that simply ended."""

    text: str
    reason: str = ""


def spoken(said: Said) -> Spoken | Pass:
    """What the customer gets of a reply, if anything."""
    text = said.text.strip()
    if NO_ANSWER in text:
        return _passed(said, "the model has no answer")
    if not text:
        return _passed(said, f"the model said nothing: {said.stop_reason}")
    if said.stop_reason in ("end_turn", "stop_sequence"):
        return Spoken(text)
    if said.stop_reason == "guardrail_intervened":  # the text is the guardrail's, or the model's with parts masked
        return Spoken(text, "the guardrail intervened")
    if said.stop_reason in _CUT_SHORT:
        return Spoken(whole_sentences(text), f"the answer was cut: {said.stop_reason}")
    return _passed(said, f"the model did not finish: {said.stop_reason}")


def _passed(said: Said, reason: str) -> Pass:
    return Pass(reason, said.input_tokens, said.output_tokens)


def whole_sentences(text: str) -> str:
    """Up to the end of the last whole sentence; where none is whole, up to the last whole word, with an ellipsis."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    if ends:
        return text[: ends[-1]]
    words, space, _ = text.rpartition(" ")
    return f"{words if space else text}…"
