"""Answers from a knowledge base of Amazon Bedrock, with its sources.

There are three ways to ask one: in one call that searches and writes (generation.py), by its passages and a model where
that call takes no question so long (passages.py), and, where Bedrock manages the search, as an agent (agentic.py). No
way answers without naming a source, unless a guardrail speaks.
"""

from orchestrator.answerers.bedrock.model import Model, ModelClient
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.knowledge_base.agentic import AgenticRetrieval
from orchestrator.answerers.knowledge_base.client import KnowledgeClient
from orchestrator.answerers.knowledge_base.generation import LONGEST, Generation
from orchestrator.answerers.knowledge_base.passages import PassagesAndModel
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.model import Answer, Pass, Question
from orchestrator.sections import require

_Way = Generation | PassagesAndModel | AgenticRetrieval


class KnowledgeBaseAnswerer:
    """Passes when nothing was found, or nothing was cited."""

    name = "knowledge_base"

    def __init__(
        self,
        client: KnowledgeClient,
        model_client: ModelClient,
        settings: KnowledgeBaseSettings,
        bedrock: BedrockSettings,
    ) -> None:
        """Raises `ConfigurationError` naming each setting that is missing or cannot be used."""
        self._short: _Way
        self._long: _Way
        if settings.knowledge_base_kind == "managed":
            require(settings, self.name, "knowledge_base_id")
            self._short = self._long = AgenticRetrieval(client, settings, bedrock)
            return
        require(settings, self.name, "knowledge_base_id", "knowledge_base_model_arn")
        model = Model(model_client, settings.knowledge_base_model_arn, bedrock)
        self._short = Generation(client, settings, bedrock)
        self._long = PassagesAndModel(client, model, settings, bedrock)

    def answer(self, question: Question) -> Answer | Pass:
        way = self._short if len(question.text) <= LONGEST else self._long
        return way.answer(question)
