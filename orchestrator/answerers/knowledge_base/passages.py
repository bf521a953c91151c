"""Asks a knowledge base with a vector store in two steps: its passages first, then a model that answers from them.

For questions longer than RetrieveAndGenerate takes: mails, mostly.
"""

import re
from collections.abc import Sequence

import msgspec

from orchestrator.answerers.bedrock.citations import Passage, citations
from orchestrator.answerers.bedrock.model import Model
from orchestrator.answerers.bedrock.outcome import spoken
from orchestrator.answerers.bedrock.prompts import Prompts
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.knowledge_base.client import KnowledgeClient
from orchestrator.answerers.knowledge_base.retrieval import Retrieval
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.model import Answer, Pass, Question

_MARK = re.compile(r" ?\[(\d+(?:, ?\d+)*)\]")  # as the prompt asks for: [1], [2, 3]


class PassagesAndModel:
    """Passes when the passages do not answer, and when the model names none of them: it answered from elsewhere."""

    def __init__(
        self, client: KnowledgeClient, model: Model, settings: KnowledgeBaseSettings, bedrock: BedrockSettings
    ) -> None:
        """Raises `ConfigurationError` for a filter that cannot be used."""
        self._retrieval = Retrieval(client, settings)
        self._model = model
        self._settings = settings
        self._prompts = Prompts(bedrock)

    def answer(self, question: Question) -> Answer | Pass:
        passages = self._retrieval.passages(question.text)
        if not passages:
            return Pass("the knowledge base has no passage")
        prompt = self._prompts.grounded(question.channel, question.max_characters)
        said = self._model.ask(prompt, question, _as_data(passages))
        reply = spoken(said)
        if isinstance(reply, Pass):
            return reply
        named = _named(reply.text, passages)
        if not named and said.stop_reason != "guardrail_intervened":
            return Pass("the model names no passage of the knowledge base", said.input_tokens, said.output_tokens)
        return Answer(
            _MARK.sub("", reply.text).strip(),
            source="knowledge_base",
            language=question.language,
            answerer_id=self._settings.knowledge_base_id,
            citations=citations(named),
            input_tokens=said.input_tokens,
            output_tokens=said.output_tokens,
            reason=reply.reason,
        )


def _as_data(passages: Sequence[Passage]) -> str:
    """JSON: whatever a passage says, it cannot end the list and begin to speak for itself."""
    numbered = [
        {"passage": number, "title": passage.title, "text": passage.content.text}
        for number, passage in enumerate(passages, start=1)
    ]
    return msgspec.json.encode(numbered).decode()


def _named(text: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages whose numbers stand in the text, in its order; numbers of no passage are passed over."""
    numbers = [int(number) for mark in _MARK.findall(text) for number in mark.split(",")]
    return [passages[number - 1] for number in numbers if 1 <= number <= len(passages)]
