"""An AgentCore harness: AWS runs the agent's loop of model and tools, InvokeHarness streams what is said in it.

The harness keeps the history by session, also after its machine has gone. What it remembers of longer ago it shares
with everybody who has the same actor: ours is the person at this address, or one customer would be told of another.
Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/harness-memory.html
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from orchestrator.answerers.agentcore.harness_events import Heard, heard
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.answerers.bedrock.errors import MissingAnswerError, ReturnedControlError, answering
from orchestrator.answerers.bedrock.outcome import whole_sentences
from orchestrator.aws_errors import Operation
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Pass, Question

# RuntimeClientError is the agent's own failure, which may be a moment's; a quota counts the sessions open just now.
_INVOKE = Operation(
    "bedrock-agentcore",
    "InvokeHarness",
    {
        "RuntimeClientError": UpstreamError,
        "ServiceQuotaExceededException": UpstreamError,
        "ValidationException": ConfigurationError,
    },
)

Fate = Literal["done", "cut short", "nothing to say", "ask again", "control returned"]

# What the stop of the last message means.
FATES: Mapping[str, Fate] = {
    "end_turn": "done",
    "stop_sequence": "done",
    "max_tokens": "cut short",
    "max_output_tokens_exceeded": "cut short",
    "model_context_window_exceeded": "cut short",
    "content_filtered": "cut short",
    "hook_stopped": "nothing to say",
    "max_iterations_exceeded": "nothing to say",  # going round in circles costs as much the second time
    "interrupted": "ask again",
    "malformed_model_output": "ask again",
    "malformed_tool_use": "ask again",
    "partial_turn": "ask again",
    "timeout_exceeded": "ask again",
    "tool_result": "ask again",  # the tool has answered, and the model was not asked what it says to that
    "tool_use": "control returned",  # comes last for an inline function only, which the caller would have to run
}


class HarnessClient(Protocol):
    """The part of boto3's `bedrock-agentcore` client that is used."""

    def invoke_harness(self, **request: Any) -> Any: ...


class Harness:
    """Asks, and judges by the stop reason whether what was said is an answer."""

    def __init__(self, client: HarnessClient, settings: AgentCoreSettings) -> None:
        self._client = client
        self._arn = settings.agentcore_harness_arn
        self._endpoint = {"qualifier": settings.agentcore_qualifier} if settings.agentcore_qualifier else {}

    def answer(self, question: Question) -> Answer | Pass:
        with answering(_INVOKE):
            response = self._client.invoke_harness(
                harnessArn=self._arn,
                runtimeSessionId=question.conversation_id,
                actorId=question.conversation_id.rpartition("-")[0],  # without the generation
                messages=[{"role": "user", "content": [{"text": question.text}]}],
                **self._endpoint,
            )
            said = heard(response["stream"])
        whole = _fate(said) == "done"
        return _judged(said) or Answer(
            said.text if whole else whole_sentences(said.text),
            source="agentcore",
            language=question.language,
            answerer_id=self._arn,
            session_id=question.conversation_id,
            input_tokens=said.input_tokens,
            output_tokens=said.output_tokens,
            reason="" if whole else f"the answer was cut: {said.stop_reason}",
        )


def _fate(said: Heard) -> Fate:
    """A stop reason younger than this table keeps no words back."""
    return FATES.get(said.stop_reason, "cut short") if said.stop_reason else "ask again"


def _judged(said: Heard) -> Pass | None:
    """None when what was said is an answer."""
    match _fate(said):
        case "control returned":
            raise ReturnedControlError(
                "InvokeHarness: the agent calls an inline function, which its caller would have to run. Give the"
                " harness that tool behind a gateway or an MCP server, or leave it out of its allowed tools."
            )
        case "ask again":
            raise MissingAnswerError(f"InvokeHarness: no answer, {said.stop_reason or 'and no stop reason either'}")
        case "nothing to say":
            return Pass(f"the agent stopped: {said.stop_reason}")
        case _:
            return None if said.text else Pass(f"the agent answered with nothing: {said.stop_reason}")
