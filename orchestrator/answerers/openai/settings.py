"""What reaches a model behind an API like OpenAI's. Read on one machine: on AWS Bedrock's models answer."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class OpenAiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the model is, which it is, and the key to it."""

    openai_base_url: Annotated[
        str,
        about(
            "address of an API like OpenAI's, up to its `/v1`: `language_model` and `documents_model` ask there, in the"
            " place of Bedrock; http only where it leads to this machine or a private network",
            pattern=r"^(https?://[^\s?#@]+)?$",
        ),
    ] = ""
    openai_model: Annotated[str, about("the model's name there")] = ""
    openai_key: Annotated[str, about("the key to it; better in a file")] = ""
    openai_key_file: Annotated[str, about("file that holds the key, readable by its owner only")] = ""
