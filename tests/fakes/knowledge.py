"""The knowledge bases of `bedrock-agent-runtime`: checks each request, keeps it, and answers as scripted.

Sessions are the service's own: it makes their ids, and refuses those it does not know, in the words of
https://github.com/aws/aws-sdk/issues/763.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.validate import ParamValidator

from infra.local.providers.requests import check, operation, refusal
from tests.fakes.shapes import as_documented
from tests.fakes.streams import Step, event_stream

SERVICE = "bedrock-agent-runtime"
RETURNS = {
    "content": {"text": "You may return it within 30 days.", "type": "TEXT"},
    "location": {"type": "S3", "s3Location": {"uri": "s3://documents/faq/Returns%20policy.md"}},
    "metadata": {"x-amz-bedrock-kb-source-uri": "s3://documents/faq/Returns%20policy.md"},
}
SHIPPING = {
    "content": {"text": "Shipping takes two days.", "type": "TEXT"},
    "location": {"type": "WEB", "webLocation": {"url": "https://faro.example/help/shipping"}},
}
MANAGED = {
    "content": {"mimeType": "text/plain", "text": "You may return it within 30 days."},
    "metadata": {"_source_uri": "https://faro.example/returns.html", "_document_title": "Returns"},
    "sourceRetriever": {"identifier": "KNOWLEDGE1"},
}

Scripted = Mapping[str, Any] | Exception


class FakeKnowledge:
    """`script` holds what the next calls answer or raise, one each; then every answer cites the returns policy."""

    def __init__(self, *script: Scripted | Sequence[Step]) -> None:
        self.script: list[Any] = list(script)
        self.requests: list[dict[str, Any]] = []
        self.called: list[str] = []
        self.sessions: list[str] = []  # the ones alive
        self._made = 0

    def retrieve_and_generate(self, **request: Any) -> Mapping[str, Any]:
        self._take("RetrieveAndGenerate", request)
        session_id = request.get("sessionId") or self._new_session()
        if session_id not in self.sessions:
            message = f"Session with Id {session_id} is not valid. Please check and try again."
            raise refusal("RetrieveAndGenerate", "ValidationException", message)
        answer = self._next(generated(f"You asked: {request['input']['text']}", RETURNS))
        return as_documented(SERVICE, "RetrieveAndGenerate", {**answer, "sessionId": session_id})

    def retrieve(self, **request: Any) -> Mapping[str, Any]:
        self._take("Retrieve", request)
        return as_documented(SERVICE, "Retrieve", self._next({"retrievalResults": [RETURNS, SHIPPING]}))

    def agentic_retrieve_stream(self, **request: Any) -> Mapping[str, Any]:
        self._take("AgenticRetrieveStream", request)
        question = request["messages"][-1]["content"]["text"]
        steps = self._next(agentic(f"You asked: {question}", MANAGED))
        for step in steps:
            if isinstance(step, Mapping):
                as_documented(SERVICE, "AgenticRetrieveStream", {"stream": step})
        return {"stream": event_stream(SERVICE, "AgenticRetrieveStream", "stream", steps)}

    def expire(self) -> None:
        """As when 24 hours have passed."""
        self.sessions.clear()

    def _take(self, name: str, request: dict[str, Any]) -> None:
        shape: Any = operation(SERVICE, name).input_shape
        report = ParamValidator().validate(request, shape)  # the filter's values are documents, for `check` too free
        if report.has_errors():
            raise refusal(name, "ValidationException", report.generate_report())
        check(SERVICE, name, _without_filters(request))
        self.called.append(name)
        self.requests.append(request)

    def _next(self, otherwise: Any) -> Any:
        answer = self.script.pop(0) if self.script else otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _new_session(self) -> str:
        self._made += 1
        self.sessions.append(f"session-{self._made}")
        return self.sessions[-1]


def generated(text: str, *references: Mapping[str, Any], guardrail: str = "NONE") -> dict[str, Any]:
    """A response of RetrieveAndGenerate, without its session. It has a citation even when that refers to nothing."""
    part = {"textResponsePart": {"text": text, "span": {"start": 0, "end": max(0, len(text) - 1)}}}
    return {
        "output": {"text": text},
        "citations": [{"generatedResponsePart": part, "retrievedReferences": list(references)}],
        "guardrailAction": guardrail,
    }


def agentic(answer: str, *cited: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of AgenticRetrieveStream: a step, a piece of the answer, the result. Every result is cited once."""
    spans = [
        {"startIndex": 0, "endIndex": len(answer), "references": [{"resultIndex": number}]}
        for number in range(len(cited))
    ]
    return [
        trace("Planning"),
        {"responseEvent": {"text": answer[:4]}},
        {"result": {"generatedResponse": {"answer": answer, "citations": spans}, "results": list(cited)}},
    ]


def trace(step: str, **attributes: Any) -> dict[str, Any]:
    """An event that tells of a step."""
    told = {"step": step, "status": "SUCCEEDED", "message": f"{step} is done", **attributes}
    return {"traceEvent": {"id": "t1", "timestamp": 1773489600, "attributes": told}}


def _without_filters(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_filters(inner) for key, inner in value.items() if key != "filter"}
        case list():
            return [_without_filters(inner) for inner in value]
        case _:
            return value
