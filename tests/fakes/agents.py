"""The services behind `agentcore`, `bedrock_agent` and `qbusiness`.

A fake takes boto3's call, refuses what the service refuses, remembers the request, and gives the next of the responses
it was scripted with; the last one again when there are no more. A response that is an exception is raised.
"""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.providers.requests import check, refusal
from orchestrator.model import Answer, Pass, Question
from tests.fakes.streams import Step, body, event_stream

HOSTILE = ['", "admin": true, "x": "', "$conversation_id ${turn_id} $$", "{{7*7}}", "\u202e\u0000"]
CONVERSATION_ID = "sms-0123456789abcdef0123456789abcdef-0"
HARNESS_ARN = "arn:aws:bedrock-agentcore:us-east-1:123456789012:harness/shop-abcdefghij"
RUNTIME_ARN = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/shop-abcdefghij"


def question(text: str, *, number: int = 1, state: Mapping[str, str] | None = None) -> Question:
    """As the hub asks it, in the conversation's `number`th turn."""
    return Question(text, "sms", CONVERSATION_ID, f"{number:032x}", "en", max_characters=459, state=state or {})


def words(answer: Answer | Pass) -> str:
    """The text of what must be an answer."""
    assert isinstance(answer, Answer), answer
    return answer.text


def message(*pieces: str, stop: str = "end_turn", role: str = "assistant") -> list[Step]:
    """One message of a harness: whose, in which pieces, and why it stopped."""
    deltas = [{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": piece}}} for piece in pieces]
    return [{"messageStart": {"role": role}}, *deltas, {"messageStop": {"stopReason": stop}}]


class _Scripted:
    def __init__(self, *responses: Any) -> None:
        self.responses = list(responses)
        self.requests: list[dict[str, Any]] = []

    def _next(self, request: dict[str, Any]) -> Any:
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response


class FakeHarness(_Scripted):
    """`bedrock-agentcore`; a response is the events of a stream."""

    def invoke_harness(self, **request: Any) -> dict[str, Any]:
        check("bedrock-agentcore", "InvokeHarness", request)
        steps = self._next(request)
        return {"stream": event_stream("bedrock-agentcore", "InvokeHarness", "stream", steps)}

    def invoke_agent_runtime(self, **request: Any) -> dict[str, Any]:
        raise AssertionError("a harness is configured")


class FakeRuntime(_Scripted):
    """`bedrock-agentcore`; a response is a media type and the pieces of a body, or the whole response."""

    def invoke_agent_runtime(self, **request: Any) -> dict[str, Any]:
        check("bedrock-agentcore", "InvokeAgentRuntime", request)
        json.loads(request["payload"])  # the content type says so
        response = self._next(request)
        if isinstance(response, Mapping):
            return dict(response)
        media_type, *pieces = response
        return {"contentType": media_type, "statusCode": 200, "response": body(*pieces)}

    def invoke_harness(self, **request: Any) -> dict[str, Any]:
        raise AssertionError("no harness is configured")


class FakeAgent(_Scripted):
    """`bedrock-agent-runtime`; a response is the events of a completion."""

    def invoke_agent(self, **request: Any) -> dict[str, Any]:
        check("bedrock-agent-runtime", "InvokeAgent", request)
        if len(request["agentId"]) != 10 or len(request["agentAliasId"]) != 10:
            # Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_Agent.html, [0-9a-zA-Z]{10}
            raise refusal("InvokeAgent", "ValidationException", "an agent's id has 10 characters")
        steps = self._next(request)
        if not request.get("enableTrace"):
            steps = [step for step in steps if "trace" not in step]
        completion = event_stream("bedrock-agent-runtime", "InvokeAgent", "completion", steps)
        return {"completion": completion, "contentType": "application/json", "sessionId": request["sessionId"]}


class FakeQBusiness:
    """`qbusiness`: keeps conversations as the service does, each a chain of messages, until they are forgotten.

    A reply is the members of the response that the test cares for.
    """

    def __init__(self, *replies: Mapping[str, Any] | Exception) -> None:
        self.requests: list[dict[str, Any]] = []
        self._scripted = _Scripted(*replies)
        self._latest: dict[str, str] = {}  # of each conversation, its last message of the system
        self._count = 0

    def forget(self) -> None:
        """Every conversation expires."""
        self._latest.clear()

    def chat_sync(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        _check_chat(request)
        conversation = request.get("conversationId") or self._id("c")
        if "conversationId" in request and self._latest.get(conversation) != request.get("parentMessageId"):
            raise refusal(
                "ChatSync",
                "ResourceNotFoundException",
                "no such conversation",
                resourceId=conversation,
                resourceType="conversation",
            )
        reply = self._scripted._next(request)
        self._latest[conversation] = self._id("m")
        ids = {"conversationId": conversation, "systemMessageId": self._latest[conversation]}
        return {**ids, "userMessageId": self._id("u"), **reply}

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}0000000-0000-4000-8000-{self._count:012d}"


def _check_chat(request: dict[str, Any]) -> None:
    """The pattern of `userId` (no control characters) is not written in Python's dialect, so it is checked here."""
    check("qbusiness", "ChatSync", {key: value for key, value in request.items() if key != "userId"})
    user_id, text = request.get("userId", "anybody"), request.get("userMessage", "")
    broken = {
        "userId": not (1 <= len(user_id) <= 1024 and user_id.isprintable()),
        # Source: https://docs.aws.amazon.com/amazonq/latest/api-reference/API_TextInputEvent.html
        "userMessage": not 1 <= len(text) <= 7000,
        "parentMessageId": ("parentMessageId" in request) != ("conversationId" in request),
    }
    if fields := [name for name, wrong in broken.items() if wrong]:
        raise refusal("ChatSync", "ValidationException", f"invalid: {', '.join(fields)}")
