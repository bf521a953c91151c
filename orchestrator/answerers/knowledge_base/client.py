"""A knowledge base of Amazon Bedrock as every way of asking it sees it: client, id, filter, error owners."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from orchestrator.answerers.knowledge_base.settings import SearchSettings
from orchestrator.aws_errors import Owner
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.sections import variable_of

# Every operation on knowledge bases says of these to retry the request; the quota counts requests.
# Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_RetrieveAndGenerate.html
OWNERS: Mapping[str, Owner] = {
    "BadGatewayException": UpstreamError,
    "ConflictException": UpstreamError,
    "DependencyFailedException": UpstreamError,
    "ServiceQuotaExceededException": UpstreamError,
}


class KnowledgeClient(Protocol):
    """The part of boto3's `bedrock-agent-runtime` client that is used."""

    def retrieve_and_generate(self, **request: Any) -> Any: ...

    def retrieve(self, **request: Any) -> Any: ...

    def agentic_retrieve_stream(self, **request: Any) -> Any: ...


def search_filter(settings: SearchSettings) -> Mapping[str, object]:
    """`{"filter": …}`, or nothing when the settings have none. Raises `ConfigurationError`."""
    if not settings.knowledge_base_filter:
        return {}
    try:
        return {"filter": msgspec.json.decode(settings.knowledge_base_filter, type=dict[str, object])}
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{variable_of('knowledge_base_filter')} is not a JSON object: {error}") from error
