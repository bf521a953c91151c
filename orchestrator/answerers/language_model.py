"""Answers with a model of Amazon Bedrock, from what it knows, was told in its prompt and has heard so far."""

from orchestrator.answerers.bedrock.model import Model, ModelClient
from orchestrator.answerers.bedrock.outcome import spoken
from orchestrator.answerers.bedrock.prompts import Prompts
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.model import Answer, Pass, Question
from orchestrator.sections import require


class LanguageModelAnswerer:
    """Passes when the model has no answer, or gives none that can be sent."""

    name = "language_model"

    def __init__(self, client: ModelClient, settings: BedrockSettings) -> None:
        """Raises `ConfigurationError` when the settings name no model, or hold a form that cannot be read."""
        require(settings, self.name, "model_id")
        self._model = Model(client, settings.model_id, settings)
        self._prompts = Prompts(settings)

    def answer(self, question: Question) -> Answer | Pass:
        said = self._model.ask(self._prompts.plain(question.channel, question.max_characters), question)
        reply = spoken(said)
        if isinstance(reply, Pass):
            return reply
        return Answer(
            reply.text,
            source=self.name,
            language=question.language,
            answerer_id=self._model.model_id,
            input_tokens=said.input_tokens,
            output_tokens=said.output_tokens,
            reason=reply.reason,
        )
