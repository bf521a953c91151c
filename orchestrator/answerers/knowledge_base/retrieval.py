"""The passages of a knowledge base that are nearest to a text.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Retrieve.html
"""

from collections.abc import Sequence

import msgspec

from orchestrator.answerers.bedrock.citations import Passage
from orchestrator.answerers.bedrock.errors import answering
from orchestrator.answerers.knowledge_base.client import OWNERS, KnowledgeClient, search_filter
from orchestrator.answerers.knowledge_base.settings import SearchSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert

LONGEST = 20_000  # characters of `retrievalQuery.text`
_RETRIEVE = Operation("bedrock-agent-runtime", "Retrieve", OWNERS)


class _Response(msgspec.Struct, rename="camel"):
    retrieval_results: list[Passage] = []


class Retrieval:
    """Searches one knowledge base, with the settings' filter."""

    def __init__(self, client: KnowledgeClient, settings: SearchSettings) -> None:
        """Raises `ConfigurationError` for a filter that cannot be used."""
        self._client = client
        self._id = settings.knowledge_base_id
        self._search = {"numberOfResults": settings.knowledge_base_results, **search_filter(settings)}

    def passages(self, text: str) -> Sequence[Passage]:
        """Those that say something in words, best first. Raises `UpstreamError` and `ConfigurationError`."""
        with answering(_RETRIEVE):
            response = self._client.retrieve(
                knowledgeBaseId=self._id,
                retrievalQuery={"text": text[:LONGEST]},
                retrievalConfiguration={"vectorSearchConfiguration": self._search},
            )
            found = convert(response, _Response, "response").retrieval_results
        return [passage for passage in found if passage.content.text.strip()]
