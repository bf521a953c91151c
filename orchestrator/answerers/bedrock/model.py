"""A model behind Bedrock's Converse: asked with the last turns, and once more without them where that may help.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from orchestrator.answerers.bedrock.errors import answering
from orchestrator.answerers.bedrock.messages import Block, latest, messages
from orchestrator.answerers.bedrock.outcome import Said
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert
from orchestrator.errors import UpstreamError
from orchestrator.model import Exchange, Question

LONGEST = 40_000  # characters of a question that a model reads: some 10,000 tokens

# A model that is slow, fails or still loads answers a later attempt.
_CONVERSE = Operation(
    "bedrock-runtime",
    "Converse",
    {
        "ModelTimeoutException": UpstreamError,
        "ModelErrorException": UpstreamError,
        "ModelNotReadyException": UpstreamError,
    },
)
_TOO_LONG = "model_context_window_exceeded"
_WORTH_ANOTHER = frozenset({_TOO_LONG, "tool_use", "malformed_model_output", "malformed_tool_use"})
# A ValidationException like others, but for its words: the service's ("Input is too long for requested model.") or a
# model's ("prompt is too long: 210000 tokens > 200000 maximum").
_REFUSED_AS_TOO_LONG = re.compile(r"\b(input|prompt) is too long\b", re.IGNORECASE)


class ModelClient(Protocol):
    """The part of boto3's `bedrock-runtime` client that is used."""

    def converse(self, **request: Any) -> Any: ...


class _Block(msgspec.Struct):
    text: str = ""  # reasoning and tool use have none


class _Message(msgspec.Struct):
    content: list[_Block] = []


class _Output(msgspec.Struct):
    message: _Message = msgspec.field(default_factory=_Message)


class _Usage(msgspec.Struct, rename="camel"):
    input_tokens: int = 0
    output_tokens: int = 0


class _Response(msgspec.Struct, rename="camel"):
    stop_reason: str
    output: _Output = msgspec.field(default_factory=_Output)
    usage: _Usage = msgspec.field(default_factory=_Usage)


class Model:
    """One model, by id or ARN, with the guardrail and the memory that the settings give it."""

    def __init__(self, client: ModelClient, model_id: str, settings: BedrockSettings) -> None:
        self._client = client
        self.model_id = model_id
        self._settings = settings

    def ask(self, system: str, question: Question, documents: str = "") -> Said:
        """Raises `UpstreamError` and `ConfigurationError`. `documents` is data that goes ahead of the question.

        A reply that did not come about is asked for once more, without the earlier turns: shorter, and other dice.
        """
        history = latest(question.history, self._settings.model_history_tokens)
        first = self._converse(system, history, question, documents)
        if first.stop_reason not in _WORTH_ANOTHER or (first.stop_reason == _TOO_LONG and not history):
            return first
        second = self._converse(system, (), question, documents)
        return msgspec.structs.replace(
            second,
            input_tokens=first.input_tokens + second.input_tokens,
            output_tokens=first.output_tokens + second.output_tokens,
        )

    def _converse(self, system: str, history: Sequence[Exchange], question: Question, documents: str) -> Said:
        request: dict[str, object] = {
            "modelId": self.model_id,
            "system": [{"text": system}],
            "messages": messages(history, self._blocks(question, documents)),
            "inferenceConfig": {"maxTokens": _most_tokens(question.max_characters)},
            "requestMetadata": {"turn_id": question.turn_id, "channel": question.channel},
            **self._guardrail(),
        }
        with answering(_CONVERSE):
            try:
                response = convert(self._client.converse(**request), _Response, "response")
            except ClientError as error:
                if _is_too_long(error):
                    return Said("", _TOO_LONG)
                raise
        text = "".join(block.text for block in response.output.message.content)
        return Said(text, response.stop_reason, response.usage.input_tokens, response.usage.output_tokens)

    def _blocks(self, question: Question, documents: str) -> list[Block]:
        """With a guardrail the question alone is assessed: neither our documents nor, again, the earlier turns.

        Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
        """
        text = {"text": question.text[:LONGEST]}
        asked = {"guardContent": {"text": text}} if self._settings.guardrail_id else text
        return [{"text": documents}, asked] if documents else [asked]

    def _guardrail(self) -> Mapping[str, object]:
        if not self._settings.guardrail_id:
            return {}
        return {
            "guardrailConfig": {
                "guardrailIdentifier": self._settings.guardrail_id,
                "guardrailVersion": self._settings.guardrail_version,
            }
        }


def _is_too_long(error: ClientError) -> bool:
    return bool(_REFUSED_AS_TOO_LONG.search(error.response.get("Error", {}).get("Message", "")))


def _most_tokens(characters: int) -> int:
    """A bound against runaway replies, twice what an answer of the length asked for needs."""
    return characters // 2 + 64
