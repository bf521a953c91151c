"""What AgenticRetrieveStream streams, reduced to what is read:

{"traceEvent": {"attributes": {"warnings": [{"guardrail": {"action": "INTERVENED", …}}], …}, …}}, …
{"responseEvent": {"text": "…"}}, …: pieces of the answer, not read, for the result has the whole of it
{"result": {"generatedResponse": {"answer": "…", "citations": [{"references": [{"resultIndex": 0}], …}]},
            "results": [{"content": {"text": "…", …}, "metadata": {"_source_uri": "…", "_document_title": "…"}, …}]}}
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_AgenticRetrieveStream.html
"""

from collections.abc import Iterator

import msgspec

from orchestrator.answerers.bedrock.citations import Passage


class _Guardrail(msgspec.Struct):
    action: str = "NONE"


class _Warning(msgspec.Struct):
    guardrail: _Guardrail = msgspec.field(default_factory=_Guardrail)


class _Attributes(msgspec.Struct):
    warnings: list[_Warning] = []


class _Trace(msgspec.Struct):
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)


class _Reference(msgspec.Struct, rename="camel"):
    result_index: int


class _Cited(msgspec.Struct):
    references: list[_Reference] = []


class _Generated(msgspec.Struct):
    answer: str = ""
    citations: list[_Cited] = []


class Result(msgspec.Struct, rename="camel"):
    """The last event: the whole answer and the passages that were found."""

    generated_response: _Generated = msgspec.field(default_factory=_Generated)
    results: list[Passage] = []

    def cited(self) -> Iterator[Passage]:
        """The passages that the answer rests on, in its order."""
        indexes = [
            reference.result_index
            for cited in self.generated_response.citations
            for reference in cited.references
            if 0 <= reference.result_index < len(self.results)
        ]
        yield from (self.results[index] for index in indexes)


class Event(msgspec.Struct, rename="camel"):
    trace_event: _Trace = msgspec.field(default_factory=_Trace)
    result: Result | None = None

    @property
    def intervened(self) -> bool:
        """Whether it tells that the guardrail has."""
        return any(warning.guardrail.action == "INTERVENED" for warning in self.trace_event.attributes.warnings)
