"""`bedrock-runtime` as far as it is used: checks each request, keeps it, and says what the test has scripted.

Beyond botocore's model it refuses what the service refuses, in its words: roles that do not alternate
(https://github.com/langgenius/dify/issues/9294), a conversation that does not begin and end with the person, and blank
texts (https://github.com/aws-samples/bedrock-engineer/issues/8).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from infra.local.providers.requests import check, refusal
from tests.fakes.shapes import as_documented

Scripted = Mapping[str, Any] | Exception


class FakeModels:
    """`script` holds what the next calls answer or raise, one each; then the model repeats what it is asked."""

    def __init__(self, *script: Scripted) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []

    def converse(self, **request: Any) -> Mapping[str, Any]:
        check("bedrock-runtime", "Converse", request)
        if problems := list(_broken_rules(request["messages"])):
            raise refusal("Converse", "ValidationException", "; ".join(problems))
        self.requests.append(request)
        answer = self.script.pop(0) if self.script else said(f"You asked: {asked(request)}")
        if isinstance(answer, Exception):
            raise answer
        return as_documented("bedrock-runtime", "Converse", answer)


def said(text: str | None, stop_reason: str = "end_turn", tokens: tuple[int, int] = (100, 20)) -> dict[str, Any]:
    """A response of Converse; None for a message without words."""
    used, made = tokens
    return {
        "output": {"message": {"role": "assistant", "content": [] if text is None else [{"text": text}]}},
        "stopReason": stop_reason,
        "usage": {"inputTokens": used, "outputTokens": made, "totalTokens": used + made},
        "metrics": {"latencyMs": 700},
    }


def texts(message: Mapping[str, Any]) -> list[str]:
    """Every text of a message, guarded ones included."""
    return [
        block["guardContent"]["text"]["text"] if "guardContent" in block else block["text"]
        for block in message["content"]
    ]


def asked(request: Mapping[str, Any]) -> str:
    """The question of a request: the last text of its last message."""
    return texts(request["messages"][-1])[-1]


def _broken_rules(messages: list[Mapping[str, Any]]) -> Iterator[str]:
    roles = [message["role"] for message in messages]
    if not roles or roles[0] != "user":
        yield "A conversation must start with a user message. Try again with a conversation that starts with a user"
    if roles and roles[-1] != "user":
        yield "The model does not support assistant message prefill. The conversation must end with a user message."
    if any(role == following for role, following in pairwise(roles)):
        yield (
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates"
            " between user and assistant roles and try again."
        )
    for number, message in enumerate(messages):
        for place, text in enumerate(texts(message)):
            if not text.strip():
                yield (
                    f"The text field in the ContentBlock object at messages.{number}.content.{place} is blank."
                    " Add text to the text field, and try again."
                )
