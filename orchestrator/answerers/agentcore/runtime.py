"""An agent in a container of one's own, on AgentCore Runtime: what it is sent and what it says back are its own affair.

Both are settings: the request a JSON template, the response by its media type plain text, JSON, or events of
`text/event-stream`, in JSON the words at a JMESPath.
Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-invoke-agent.html
"""

from typing import Any, Protocol

from orchestrator.answerers.agentcore.request import RequestTemplate
from orchestrator.answerers.agentcore.response import ResponseReader
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.answerers.bedrock.errors import answering
from orchestrator.aws_errors import Operation
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Pass, Question

# RuntimeClientError is the agent's own failure, which may be a moment's; a quota counts the sessions open just now.
_INVOKE = Operation(
    "bedrock-agentcore",
    "InvokeAgentRuntime",
    {
        "RetryableConflictException": UpstreamError,
        "RuntimeClientError": UpstreamError,
        "ServiceQuotaExceededException": UpstreamError,
        "ValidationException": ConfigurationError,
    },
)


class RuntimeClient(Protocol):
    """The part of boto3's `bedrock-agentcore` client that is used."""

    def invoke_agent_runtime(self, **request: Any) -> Any: ...


class Runtime:
    """Asks; an answer without words is a pass. The session is the conversation: one machine of the agent's own each."""

    def __init__(self, client: RuntimeClient, settings: AgentCoreSettings) -> None:
        self._client = client
        self._arn = settings.agentcore_runtime_arn
        self._endpoint = {"qualifier": settings.agentcore_qualifier} if settings.agentcore_qualifier else {}
        self._request = RequestTemplate(settings.agentcore_request)
        self._reader = ResponseReader(settings.agentcore_response_path)

    def answer(self, question: Question) -> Answer | Pass:
        with answering(_INVOKE):
            response = self._client.invoke_agent_runtime(
                agentRuntimeArn=self._arn,
                runtimeSessionId=question.conversation_id,
                contentType="application/json",
                payload=self._request.filled(question),
                **self._endpoint,
            )
            text = self._reader.words(response.get("contentType", ""), response["response"].read()).strip()
        _refuse_failure(response.get("statusCode", 200))
        if not text:
            return Pass("the agent answered with nothing")
        return Answer(
            text,
            source="agentcore",
            language=question.language,
            answerer_id=self._arn,
            session_id=question.conversation_id,
        )


def _refuse_failure(status: int) -> None:
    """The status is the agent's own."""
    if status >= 500:
        raise UpstreamError(f"InvokeAgentRuntime: the agent answered with status {status}")
    if status >= 400:
        raise ConfigurationError(f"InvokeAgentRuntime: the agent refused what it was sent, with status {status}")
