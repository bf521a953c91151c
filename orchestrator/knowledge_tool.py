"""A knowledge base as a tool of an agent: a Lambda function behind an AgentCore gateway.

    {"question": "…"}  →  {"passages": [{"title": "…", "uri": "…", "text": "…"}]}

The gateway hands the tool's arguments over as the event. What the agent makes of the passages is its own affair.
Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
"""

import functools
import os
from collections.abc import Mapping

import msgspec

from orchestrator import bootstrap
from orchestrator.answerers.knowledge_base.retrieval import Retrieval
from orchestrator.answerers.knowledge_base.settings import SearchSettings
from orchestrator.answerers.settings import AnsweringSettings
from orchestrator.decoding import convert
from orchestrator.sections import given, read


class _Arguments(msgspec.Struct):
    question: str


def search_documents(event: object, _context: object) -> Mapping[str, list[dict[str, str]]]:
    """Raises `EventError` for arguments that are not the tool's, and what retrieving raises: the agent is told."""
    asked = convert(event, _Arguments, "arguments")
    found = _retrieval().passages(asked.question)
    return {"passages": [{"title": each.title, "uri": each.uri, "text": each.content.text} for each in found]}


@functools.cache
def _retrieval() -> Retrieval:
    settings = read(SearchSettings, given(os.environ))
    client = bootstrap.clients(AnsweringSettings().answer_timeout_s)
    return Retrieval(client("bedrock-agent-runtime"), settings)
