"""What a deployer decides about knowledge."""

from typing import Annotated

from msgspec import Meta, Struct


class Knowledge(Struct, frozen=True, kw_only=True):
    """A knowledge base of documents, and what answers from it."""

    created: Annotated[bool, Meta(description="whether a Bedrock knowledge base on S3 Vectors is made")] = False
    embedding_model: Annotated[str, Meta(description="foundation model that embeds passages")] = (
        "amazon.titan-embed-text-v2:0"
    )
    web_addresses: Annotated[
        tuple[str, ...],
        Meta(
            description="https addresses that are crawled into the knowledge base too",
            examples=["https://example.com/help"],
        ),
    ] = ()
    guardrail: Annotated[
        bool, Meta(description="whether a guardrail is made, and put over models and knowledge bases")
    ] = False
    harness: Annotated[
        bool, Meta(description="whether an AgentCore harness is made that answers from the knowledge base")
    ] = False
    harness_instructions: Annotated[str, Meta(description="what the harness is told")] = (
        "You answer the customers of a company in its name, from its documents."
    )
