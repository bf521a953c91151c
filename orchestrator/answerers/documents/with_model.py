"""Answers from a folder of documents with a model: the passages nearest to the question, and words made of them."""

from collections.abc import Sequence

from orchestrator.answerers.bedrock.grounded import Given, Grounded, grounded
from orchestrator.answerers.bedrock.model import Model, ModelClient
from orchestrator.answerers.bedrock.prompts import Prompts
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.documents.answerer import place
from orchestrator.answerers.documents.nearest import Passages, Scored
from orchestrator.model import Answer, Citation, Pass, Question
from orchestrator.sections import require

PASSAGES = 8  # that a model is given: some 10,000 characters
EXCERPT = 500  # characters of a passage that are kept with an answer


class DocumentsModelAnswerer:
    """Passes where no passage is near, where the model finds no answer in them, and where it names none of them."""

    name = "documents_model"

    def __init__(self, passages: Passages, client: ModelClient, settings: BedrockSettings) -> None:
        """Raises `ConfigurationError` when the settings name no model."""
        require(settings, self.name, "model_id")
        self._passages = passages
        self._model = Model(client, settings.model_id, settings)
        self._prompts = Prompts(settings)

    def answer(self, question: Question) -> Answer | Pass:
        near = self._passages.passages(question, PASSAGES)
        if not near:
            return Pass("no document mentions what is asked")
        given = [Given(place(each.match), each.match.text) for each in near]
        found = grounded(self._model, self._prompts, question, given, "the documents")
        return found if isinstance(found, Pass) else self._answer(found, near, question)

    def _answer(self, found: Grounded, near: Sequence[Scored], question: Question) -> Answer:
        named = [near[index].match for index in found.named]
        return Answer(
            found.text,
            source=self.name,
            language=question.language,
            answerer_id=self._model.model_id,
            citations=tuple(Citation(place(each), each.uri or each.name, each.text[:EXCERPT]) for each in named),
            input_tokens=found.input_tokens,
            output_tokens=found.output_tokens,
            reason=found.reason,
        )
