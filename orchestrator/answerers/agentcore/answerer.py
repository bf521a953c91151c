"""An agent on Amazon Bedrock AgentCore: a harness, which AWS runs, or else a runtime with an agent of one's own."""

from typing import Protocol

from orchestrator.answerers.agentcore.harness import Harness, HarnessClient
from orchestrator.answerers.agentcore.runtime import Runtime, RuntimeClient
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.errors import ConfigurationError
from orchestrator.model import Answer, Pass, Question
from orchestrator.sections import variable_of


class AgentCoreClient(HarnessClient, RuntimeClient, Protocol):
    """The part of boto3's `bedrock-agentcore` client that is used."""


class AgentCoreAnswerer:
    """Fills `Answerer`. The conversation's id is the session's, so a new generation is a new session."""

    name = "agentcore"

    def __init__(self, client: AgentCoreClient, settings: AgentCoreSettings) -> None:
        self._agent: Harness | Runtime
        if settings.agentcore_harness_arn:
            self._agent = Harness(client, settings)
        elif settings.agentcore_runtime_arn:
            self._agent = Runtime(client, settings)
        else:
            wanted = " or ".join(map(variable_of, ("agentcore_harness_arn", "agentcore_runtime_arn")))
            raise ConfigurationError(f"agentcore needs {wanted}")

    def answer(self, question: Question) -> Answer | Pass:
        return self._agent.answer(question)
