"""What everything reads that asks a model of Bedrock."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class BedrockSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which model is asked, what it is told, and what guards it."""

    model_id: Annotated[
        str, about("model or inference profile, by id or ARN, that `language_model` asks through Bedrock's Converse")
    ] = ""
    model_prompt: Annotated[
        str, about("who a model speaks for and what it should know; comes before the shipped rules", long=True)
    ] = "You answer the customers of a company in its name."
    model_forms: Annotated[
        str,
        about(
            'how a model should write on a channel, as JSON: `{"sms": "…"}`; the others keep the shipped form',
            long=True,
        ),
    ] = "{}"
    model_history_tokens: Annotated[
        int, about("tokens, estimated, of earlier turns that a model is shown with a question", ge=0)
    ] = 2000
    guardrail_id: Annotated[
        str, about("Bedrock guardrail over models and knowledge bases", pattern=r"^[a-z0-9]{0,64}$")
    ] = ""
    guardrail_version: Annotated[str, about("the guardrail's version", pattern=r"^([1-9]\d{0,4}|DRAFT)$")] = "DRAFT"
