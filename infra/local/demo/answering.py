"""Who answers in the demo: the documents for what they cover, then a made-up model that knows some of the rest."""

from datetime import datetime, timedelta
from random import Random

import msgspec

from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.errors import UpstreamError
from orchestrator.model import Answer, Language, Pass, Question

MODEL = "demo.example-model-v1:0"
_SAYS: dict[Language, str] = {
    "en": "Good question. Most of our lamps can do that; the product page of yours says so under **Details**.",
    "es": "Buena pregunta. La mayoría de nuestras lámparas puede; la página del producto lo dice en **Detalles**.",
}


class Clock:
    """Stands still until it is set, or somebody takes his time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class QuotedDocuments:
    """The real answerer, asked each question once: people ask the same, and none refers to what was said before."""

    name = DocumentsAnswerer.name

    def __init__(self, documents: DocumentsAnswerer, chance: Random, clock: Clock) -> None:
        self._chance = chance
        self._clock = clock
        self._documents = documents
        self._known: dict[tuple[object, ...], Answer | Pass] = {}

    def answer(self, question: Question) -> Answer | Pass:
        self._clock.pass_seconds(self._chance.lognormvariate(-3, 0.5))
        asked = (question.text, question.language, question.max_characters)
        if asked not in self._known:
            self._known[asked] = self._documents.answer(msgspec.structs.replace(question, history=()))
        return self._known[asked]


class MadeUpModel:
    """Answers most questions, passes on some, and now and then is not to be reached."""

    name = "language_model"

    def __init__(self, chance: Random, clock: Clock) -> None:
        self._chance = chance
        self._clock = clock

    def answer(self, question: Question) -> Answer | Pass:
        self._clock.pass_seconds(self._chance.lognormvariate(0.6, 0.6))
        if self._chance.random() < 0.03:
            raise UpstreamError("Converse: ThrottlingException: Too many requests")
        input_tokens = 350 + len(question.text) // 4 + 120 * len(question.history)
        if self._chance.random() < 0.4:
            return Pass("the model does not know", input_tokens=input_tokens, output_tokens=4)
        return Answer(
            _SAYS[question.language],
            source=self.name,
            language=question.language,
            answerer_id=MODEL,
            input_tokens=input_tokens,
            output_tokens=self._chance.randint(25, 160),
        )
