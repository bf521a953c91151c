"""What the answerer `bedrock_agent` reads."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class BedrockAgentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which agent is asked."""

    bedrock_agent_id: Annotated[str, about("agent of Bedrock Agents Classic that `bedrock_agent` asks")] = ""
    bedrock_agent_alias_id: Annotated[str, about("alias of that agent")] = ""
