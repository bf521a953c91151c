"""What the answerer `agentcore` reads."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class AgentCoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which agent is asked, and what it is sent."""

    agentcore_harness_arn: Annotated[
        str, about("AgentCore harness that `agentcore` asks", pattern=r"^(arn:.+:harness/.+)?$")
    ] = ""
    agentcore_runtime_arn: Annotated[
        str,
        about("AgentCore runtime that `agentcore` asks where there is no harness", pattern=r"^(arn:.+:runtime/.+)?$"),
    ] = ""
    agentcore_qualifier: Annotated[str, about("endpoint of the harness or runtime; empty means its default one")] = ""
    agentcore_request: Annotated[
        str,
        about(
            "what an AgentCore runtime is sent, as JSON; `$text`, `$language`, `$channel`, `$max_characters`,"
            " `$conversation_id` and `$turn_id` stand for the question's",
            long=True,
        ),
    ] = '{"prompt": "$text"}'
    agentcore_response_path: Annotated[
        str,
        about("JMESPath to the words in an AgentCore runtime's JSON, or in each event it streams; empty: all of it"),
    ] = ""
