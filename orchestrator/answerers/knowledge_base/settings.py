"""What asking a knowledge base reads, and what searching it takes of that."""

from typing import Annotated, Literal

import msgspec

from orchestrator.sections import about


class SearchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which knowledge base is searched, for how many passages of which documents."""

    knowledge_base_id: Annotated[
        str, about("Bedrock knowledge base that `knowledge_base` asks", pattern=r"^([0-9a-zA-Z]{10})?$")
    ] = ""
    knowledge_base_results: Annotated[
        int, about("passages of a knowledge base that an answer is made of, at most", ge=1, le=100)
    ] = 5
    knowledge_base_filter: Annotated[
        str,
        about('which documents to search, as Bedrock\'s RetrievalFilter in JSON: `{"equals": {"key": …}}`', long=True),
    ] = ""


class KnowledgeBaseSettings(SearchSettings, frozen=True, kw_only=True):
    """And who writes answers from what was found."""

    knowledge_base_kind: Annotated[
        Literal["vector", "managed"], about("whether Bedrock manages the knowledge base's search, or a vector store")
    ] = "vector"
    knowledge_base_model_arn: Annotated[
        str,
        about(
            "ARN of the model or inference profile that writes a knowledge base's answers; a managed one has its own"
        ),
    ] = ""
    knowledge_base_prompt_template: Annotated[
        str,
        about(
            "Bedrock generation prompt in place of the shipped one; with `$search_results$`, and"
            " `$output_format_instructions$` at its end",
            long=True,
        ),
    ] = ""
