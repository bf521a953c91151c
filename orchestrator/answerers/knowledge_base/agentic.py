"""Asks a managed knowledge base, which plans its own searches and writes the answer, with AgenticRetrieveStream.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_AgenticRetrieveStream.html
"""

from collections.abc import Mapping, Sequence

from orchestrator.answerers.bedrock.citations import citations
from orchestrator.answerers.bedrock.errors import MissingAnswerError, answering
from orchestrator.answerers.bedrock.messages import latest
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.knowledge_base.agentic_events import Event
from orchestrator.answerers.knowledge_base.client import OWNERS, KnowledgeClient, search_filter
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert
from orchestrator.model import Answer, Pass, Question

_AGENTIC = Operation("bedrock-agent-runtime", "AgenticRetrieveStream", OWNERS)


class AgenticRetrieval:
    """Questions of any length. The service keeps no conversation, so each question brings its last turns along."""

    def __init__(self, client: KnowledgeClient, settings: KnowledgeBaseSettings, bedrock: BedrockSettings) -> None:
        """Raises `ConfigurationError` for a filter that cannot be used."""
        self._client = client
        self._settings = settings
        self._bedrock = bedrock
        self._filter = search_filter(settings)

    def answer(self, question: Question) -> Answer | Pass:
        events = self._events(question)
        result = next((event.result for event in events if event.result), None)
        if result is None:
            raise MissingAnswerError(f"{_AGENTIC.name}: the stream ended without a result")
        text = result.generated_response.answer.strip()
        found = citations(result.cited())
        intervened = any(event.intervened for event in events)
        if not text:
            return Pass("the knowledge base says nothing")
        if not (found or intervened):
            return Pass("the knowledge base cites nothing")
        return Answer(
            text,
            source="knowledge_base",
            language=question.language,
            answerer_id=self._settings.knowledge_base_id,
            citations=found,
            reason="the guardrail intervened" if intervened else "",
        )

    def _events(self, question: Question) -> Sequence[Event]:
        with answering(_AGENTIC):
            response = self._client.agentic_retrieve_stream(**self._request(question))
            return [convert(event, Event, "stream") for event in response["stream"]]

    def _request(self, question: Question) -> Mapping[str, object]:
        settings, bedrock = self._settings, self._bedrock
        overrides = {"maxNumberOfResults": settings.knowledge_base_results, **self._filter}
        knowledge_base = {"knowledgeBaseId": settings.knowledge_base_id, "retrievalOverrides": overrides}
        request: dict[str, object] = {
            "messages": _messages(question, bedrock.model_history_tokens),
            "retrievers": [{"configuration": {"knowledgeBase": knowledge_base}}],
            "agenticRetrieveConfiguration": _model(settings.knowledge_base_model_arn),
            "generateResponse": True,
        }
        if bedrock.guardrail_id:
            guardrail = {"guardrailId": bedrock.guardrail_id, "guardrailVersion": bedrock.guardrail_version}
            request["policyConfiguration"] = {"bedrockGuardrailConfiguration": guardrail}
        return request


def _messages(question: Question, tokens: int) -> Sequence[Mapping[str, object]]:
    earlier = [
        (role, text)
        for exchange in latest(question.history, tokens)
        for role, text in (("user", exchange.question), ("assistant", exchange.answer))
    ]
    return [{"role": role, "content": {"text": text}} for role, text in (*earlier, ("user", question.text))]


def _model(arn: str) -> Mapping[str, object]:
    """The service's own model unless the settings name one."""
    if not arn:
        return {"foundationModelType": "MANAGED"}
    model = {
        "type": "BEDROCK_FOUNDATION_MODEL",
        "bedrockFoundationModelConfiguration": {"modelConfiguration": {"modelArn": arn}},
    }
    return {"foundationModelType": "CUSTOM", "foundationModelConfiguration": model}
