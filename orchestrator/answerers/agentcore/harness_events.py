"""What InvokeHarness streams: the messages of the agent's loop, its own and the tools' results in turn.

{"messageStart": {"role": "assistant"}}, {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Let me"}}}, …
{"messageStop": {"stopReason": "tool_use"}}, {"messageStart": {"role": "user"}} with the tool's result, and so on until
{"messageStop": {"stopReason": "end_turn"}}, {"metadata": {"usage": {"inputTokens": 310, "outputTokens": 42, …}, …}}
Source: https://docs.aws.amazon.com/boto3/latest/reference/services/bedrock-agentcore/client/invoke_harness.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from orchestrator.decoding import convert


class _MessageStart(msgspec.Struct, frozen=True):
    role: str


class _Delta(msgspec.Struct, frozen=True):
    """Words only; tool input, tool results and reasoning are not for the person."""

    text: str = ""


class _BlockDelta(msgspec.Struct, frozen=True):
    delta: _Delta


class _MessageStop(msgspec.Struct, frozen=True, rename="camel"):
    stop_reason: str


class _Usage(msgspec.Struct, frozen=True, rename="camel"):
    input_tokens: int
    output_tokens: int


class _Metadata(msgspec.Struct, frozen=True):
    usage: _Usage


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    """Has one member; of the kinds that are not read (a block's start and stop, a hook's event) none."""

    message_start: _MessageStart | None = None
    content_block_delta: _BlockDelta | None = None
    message_stop: _MessageStop | None = None
    metadata: _Metadata | None = None


@dataclass
class Heard:
    """What a stream has said so far."""

    messages: list[str] = field(default_factory=lambda: [""])  # in order; those of others stay empty
    role: str = "assistant"  # whose message is being said
    stop_reason: str = ""  # of the last message; "" when none has ended
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def text(self) -> str:
        """The last message that has words: what the agent says between its tools is talk to itself."""
        return next((said.strip() for said in reversed(self.messages) if said.strip()), "")


def heard(stream: Iterable[Any]) -> Heard:
    """Listens to the end. Raises `EventError` and what reading the stream raises."""
    said = Heard()
    for raw in stream:
        _hear(said, convert(raw, _Event, "stream"))
    return said


def _hear(said: Heard, event: _Event) -> None:
    if event.message_start:
        said.role = event.message_start.role
        said.messages.append("")
    if event.content_block_delta and said.role == "assistant":
        said.messages[-1] += event.content_block_delta.delta.text
    if event.message_stop:
        said.stop_reason = event.message_stop.stop_reason
    if event.metadata:
        said.input_tokens += event.metadata.usage.input_tokens
        said.output_tokens += event.metadata.usage.output_tokens
