"""Asks a knowledge base with a vector store in two steps: its passages first, then a model that answers from them.

For questions longer than RetrieveAndGenerate takes: mails, mostly.
"""

from orchestrator.answerers.bedrock.citations import citations
from orchestrator.answerers.bedrock.grounded import Given, grounded
from orchestrator.answerers.bedrock.model import Model
from orchestrator.answerers.bedrock.prompts import Prompts
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.knowledge_base.client import KnowledgeClient
from orchestrator.answerers.knowledge_base.retrieval import Retrieval
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.model import Answer, Pass, Question


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
        given = [Given(passage.title, passage.content.text) for passage in passages]
        found = grounded(self._model, self._prompts, question, given, "the knowledge base")
        if isinstance(found, Pass):
            return found
        return Answer(
            found.text,
            source="knowledge_base",
            language=question.language,
            answerer_id=self._settings.knowledge_base_id,
            citations=citations(passages[index] for index in found.named),
            input_tokens=found.input_tokens,
            output_tokens=found.output_tokens,
            reason=found.reason,
        )
