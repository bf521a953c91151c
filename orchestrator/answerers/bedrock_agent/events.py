"""What InvokeAgent streams: events with one member each, and of it what is read.

{"chunk": {"bytes": b"…", "attribution": {"citations": [{"retrievedReferences": […]}]}}}
{"trace": {"trace": {"orchestrationTrace": {"modelInvocationOutput": {"metadata": {"usage": {"inputTokens": 1, …}}}}}}}
{"returnControl": {"invocationId": "…", "invocationInputs": [{"functionInvocationInput": {"actionGroup": "…", …}}]}}
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeAgent.html
"""

from collections.abc import Mapping

import msgspec

from orchestrator.answerers.bedrock.citations import Passage


class _Cited(msgspec.Struct, frozen=True, rename="camel"):
    retrieved_references: tuple[Passage, ...] = ()


class _Attribution(msgspec.Struct, frozen=True):
    citations: tuple[_Cited, ...] = ()


class _Chunk(msgspec.Struct, frozen=True):
    piece: bytes = msgspec.field(name="bytes", default=b"")  # may end amid a character
    attribution: _Attribution = _Attribution()


class _Usage(msgspec.Struct, frozen=True, rename="camel"):
    input_tokens: int = 0
    output_tokens: int = 0


class _Metadata(msgspec.Struct, frozen=True):
    usage: _Usage = _Usage()


class _ModelOutput(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class _Step(msgspec.Struct, frozen=True, rename="camel"):
    """One step of the trace, whichever kind: `action` is a guardrail's, `failure_reason` says why the agent failed."""

    model_invocation_output: _ModelOutput = _ModelOutput()
    action: str = ""
    failure_reason: str = ""


class _Trace(msgspec.Struct, frozen=True):
    trace: Mapping[str, _Step] = {}


class _Wanted(msgspec.Struct, frozen=True, rename="camel"):
    """A function or an operation that the agent wants called."""

    action_group: str = ""


class _ReturnControl(msgspec.Struct, frozen=True, rename="camel"):
    invocation_inputs: tuple[Mapping[str, _Wanted], ...] = ()

    @property
    def action_groups(self) -> list[str]:
        return [wanted.action_group for member in self.invocation_inputs for wanted in member.values()]


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One event of the completion; `files` of a code interpreter are not read: no channel carries them."""

    chunk: _Chunk | None = None
    trace: _Trace = _Trace()
    return_control: _ReturnControl | None = None
