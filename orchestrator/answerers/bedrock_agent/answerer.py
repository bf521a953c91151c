"""An agent of Amazon Bedrock Agents Classic, asked with InvokeAgent. Closed to new customers since July 2026.

The session is the conversation. A session whose idle time is over begins afresh under the same id, without an error, so
the agent's idle time should be at least PARLEY_CONTEXT_TTL_S. The prompt session attributes tell the agent's prompt
(`$prompt_session_attributes$`) on which channel, in which language and how long the answer should be.
Source: https://docs.aws.amazon.com/bedrock/latest/userguide/agents-session-state.html
"""

from typing import Any, Protocol

from orchestrator.answerers.bedrock.citations import citations
from orchestrator.answerers.bedrock.errors import MissingAnswerError, ReturnedControlError, answering
from orchestrator.answerers.bedrock_agent.events import Event
from orchestrator.answerers.bedrock_agent.settings import BedrockAgentSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Pass, Question
from orchestrator.sections import require

# A quota here counts requests ("resubmit your request later"), a conflict is another request of the same session, a
# dependency may be an action group's function. The question cannot be invalid, the ids and the agent's set-up can.
_INVOKE = Operation(
    "bedrock-agent-runtime",
    "InvokeAgent",
    {
        "BadGatewayException": UpstreamError,
        "ConflictException": UpstreamError,
        "DependencyFailedException": UpstreamError,
        "ModelNotReadyException": UpstreamError,
        "ServiceQuotaExceededException": UpstreamError,
        "ValidationException": ConfigurationError,
    },
)


class AgentClient(Protocol):
    """The part of boto3's `bedrock-agent-runtime` client that is used."""

    def invoke_agent(self, **request: Any) -> Any: ...


class BedrockAgentAnswerer:
    """Fills `Answerer`. An answer without words is a pass; a stream without any chunk is a `MissingAnswerError`."""

    name = "bedrock_agent"

    def __init__(self, client: AgentClient, settings: BedrockAgentSettings) -> None:
        require(settings, self.name, "bedrock_agent_id", "bedrock_agent_alias_id")
        self._client = client
        self._agent_id = settings.bedrock_agent_id
        self._alias_id = settings.bedrock_agent_alias_id

    def answer(self, question: Question) -> Answer | Pass:
        with answering(_INVOKE):
            response = self._client.invoke_agent(
                agentId=self._agent_id,
                agentAliasId=self._alias_id,
                sessionId=question.conversation_id,
                inputText=question.text,
                enableTrace=True,  # the only place that tells the tokens
                sessionState={"promptSessionAttributes": _attributes(question)},
            )
            events = [convert(event, Event, "completion") for event in response["completion"]]
        _refuse_control(events)
        return self._answer(question, events)

    def _answer(self, question: Question, events: list[Event]) -> Answer | Pass:
        chunks = [event.chunk for event in events if event.chunk]
        steps = [step for event in events for step in event.trace.trace.values()]
        if not chunks:
            failures = "; ".join(step.failure_reason for step in steps if step.failure_reason)
            raise MissingAnswerError(f"InvokeAgent: the completion held no chunk. {failures}".strip())
        text = b"".join(chunk.piece for chunk in chunks).decode("utf-8", "replace").strip()
        if not text:
            return Pass("the agent answered with nothing")
        usages = [step.model_invocation_output.metadata.usage for step in steps]
        cited = (each.retrieved_references for chunk in chunks for each in chunk.attribution.citations)
        return Answer(
            text,
            source=self.name,
            language=question.language,
            answerer_id=self._agent_id,
            session_id=question.conversation_id,
            citations=citations(passage for passages in cited for passage in passages),
            input_tokens=sum(usage.input_tokens for usage in usages),
            output_tokens=sum(usage.output_tokens for usage in usages),
            reason="the guardrail intervened" if any(step.action == "INTERVENED" for step in steps) else "",
        )


def _attributes(question: Question) -> dict[str, str]:
    return {
        "channel": question.channel,
        "language": question.language,
        "max_characters": str(question.max_characters),
    }


def _refuse_control(events: list[Event]) -> None:
    """Raises `ReturnedControlError` where an action waits for its caller to do it, or to confirm it.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/agents-returncontrol.html
    """
    handed_back = [event.return_control for event in events if event.return_control]
    groups = {group for control in handed_back for group in control.action_groups}
    if handed_back:
        raise ReturnedControlError(
            f"InvokeAgent: the agent returns control for {', '.join(sorted(groups)) or 'an action'}. Give the action"
            " group a Lambda function instead of RETURN_CONTROL and turn off its user confirmation."
        )
